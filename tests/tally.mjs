/**
 * A vitest reporter that writes the counts and the skipped tests with their reasons, as JSON, to the file named by
 * `BURNBOOK_TEST_TALLY`: {passed, failed, skipped: [{name, reason}]}. A file that did not load and an unhandled error
 * each count as one failed test.
 */
import { writeFileSync } from 'node:fs';

export default class Tally {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') tally.passed += 1;
        else if (state === 'skipped') {
          const name = `${module.relativeModuleId} > ${test.fullName}`;
          tally.skipped.push({ name, reason: note ?? 'no reason given' });
        } else failedHere += 1;
      }
      tally.failed += Math.max(failedHere, module.ok() ? 0 : 1);
    }
    writeFileSync(process.env.BURNBOOK_TEST_TALLY, JSON.stringify(tally));
  }
}
