/** How one question is answered. */
import type { AskedQuestion } from './askedQuestion.js';
import type { Facts } from './checkFacts.js';

export interface Answer {
  /** How far back it looks unless the question says; left out: it looks at no stretch of time. */
  readonly minutes?: number;
  /** It is told without the store: while that is away too. */
  readonly isOfServer?: true;
  /** @throws what keeps it from knowing. */
  readonly facts: (asked: AskedQuestion) => Promise<Facts>;
}
