import type { RuleName } from './rules.js';

/** One fault of a runbook, with the line to look at (from 1). */
export interface RunbookProblem {
  file: string;
  line: number;
  message: string;
  /** Name of the rule; see rules.ts. */
  rule: RuleName;
}

/** Runbooks that cannot be loaded. The message lists every fault as `file:line: message`, one a line. */
export class RunbookError extends Error {
  readonly problems: readonly RunbookProblem[];

  constructor(problems: readonly RunbookProblem[]) {
    super(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'));
    this.name = 'RunbookError';
    this.problems = problems;
  }
}
