import { afterAll, beforeAll, describe, it } from 'vitest';
import { conformanceCases } from './conformance/cases.js';
import { Target } from './conformance/target.js';
import { startReceiver } from './support/receiver.js';
import type { Receiver } from './support/receiver.js';

/** Point it at any OTLP/HTTP endpoint, for example http://127.0.0.1:4318; without it our own receiver is tested. */
const url = process.env['BURNBOOK_CONFORMANCE_URL'];

describe(`OTLP/HTTP conformance of ${url ?? 'our receiver'}`, () => {
  let target: Target;
  let receiver: Receiver | undefined;

  beforeAll(async () => {
    receiver = url === undefined ? await startReceiver() : undefined;
    target = receiver?.target ?? new Target(url ?? '');
  });

  afterAll(async () => {
    await receiver?.close();
  });

  for (const { level, name, check } of conformanceCases) {
    it(`${level}: ${name}`, () => check(target));
  }
});
