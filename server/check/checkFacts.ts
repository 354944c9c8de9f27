/** What a question of a check is answered from, and what comes back before anybody judges it. */
import type { Alerting } from '../alert/alerting.js';
import type { DiskSpace } from '../alert/rules/diskNearlyFull.js';
import type { BudgetBook } from '../cost/budgetBook.js';
import type { Notifier } from '../notify/notifier.js';
import type { OccurrenceBook } from '../slo/occurrenceBook.js';
import type { SloEngine } from '../slo/sloEngine.js';
import type { Backups } from '../store/backup/backups.js';
import type { StoreClient } from '../store/storeClient.js';

/** Who knows what is not in the store, or not there alone. */
export interface CheckSources {
  readonly store: StoreClient;
  readonly slos: SloEngine;
  readonly occurrences: OccurrenceBook;
  readonly budgets: BudgetBook;
  readonly notifier: Notifier;
  readonly backups: Backups;
  readonly alerting: Pick<Alerting, 'desk' | 'restarts' | 'restartsSinceNs' | 'rejection'>;
  /** Room where the database is. */
  readonly readDisk: () => Promise<DiskSpace>;
}

export interface KnownFacts {
  /** A number in the unit of the question, or one of its words. */
  readonly answer: number | string;
  /** The instant that they are of. */
  readonly factsNs: bigint;
  /** Share of the facts that is there, 0 to 1; null or left out: not known. */
  readonly coverage?: number | null;
  /** Why the true number may be higher; left out: it is not. */
  readonly atLeast?: string;
  /** Path of the page that shows them. */
  readonly evidence: string | null;
}

/** There is no answer, and why. */
export interface NoFacts {
  readonly reason: string;
  readonly evidence: string | null;
}

export type Facts = KnownFacts | NoFacts;

export const isKnown = (facts: Facts): facts is KnownFacts => 'answer' in facts;

export const noFacts = (reason: string, evidence: string | null = null): NoFacts => ({
  reason,
  evidence,
});
