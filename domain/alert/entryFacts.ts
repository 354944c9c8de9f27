/** What a line of a timeline says, as facts: for pages that say it in another language. The line itself is English. */

/** Lines that the product words; what people write has none. */
export const ENTRY_SAYINGS = [
  'fires',
  'resolved',
  'frozen',
  'acknowledged',
  'expired',
  'becamePage',
  'spent',
  'escalated',
  'silenced',
  'cleared',
  'closedUnverified',
  'told',
  'runStarted',
  'runTick',
  'runUntick',
  'runSkip',
  'runNote',
  'runHandOver',
  'runOverride',
  'runPassed',
  'runFailing',
  'runCannotTell',
  'runOverridden',
  'runFinished',
  'runFinishedUnverified',
] as const;
export type EntrySaying = (typeof ENTRY_SAYINGS)[number];

/** An alert as it was when the line was written. */
export interface EntryAlert {
  readonly name: string;
  readonly subject: Readonly<Record<string, string | undefined>>;
  readonly figures: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface EntryFacts {
  readonly says: EntrySaying;
  readonly values: Readonly<Record<string, string>>;
  /** Of `fires`. */
  readonly alert?: EntryAlert;
}
