/**
 * Why a pipeline stands as it does on an item of the resilience checklist. `{name}` stands for a value, `{name|run|runs}` for a
 * count with its noun. Pages in other languages have sentences of their own for the same values.
 */
export const resilienceReasons = {
  notRead: 'the store could not be asked in time',
  byHand: 'no telemetry says so: look, and say what you found',
  noSlo: 'no SLO names it',
  slo: '{slo} counts it',
  slos: '{slo} and {more} more counts it',
  schedule: 'pipelines.yaml gives it a schedule with a deadline',
  noSchedule: 'pipelines.yaml gives it no schedule',
  noOwner: 'pipelines.yaml names no owner',
  owner: '{owner}, by pipelines.yaml',
  noNewRun: 'no run began in the last {days} days',
  telemetry:
    'of {runs|run|runs} in {days} days, {lost} went silent, {sampled} sent samples, {dropped|span|spans} dropped',
  checks: '{names|check|checks}, made {times|time|times} in {days} days',
  noCheck: 'no run of it told of a check in {days} days: send quality.check.name and its outcome',
  unheard: 'nothing was heard of it in {days} days',
  noRunbook: 'no SLO names it and none of its alerts fired in {days} days',
  untested: '{untested} of {runbooks|runbook|runbooks} not followed in {days} days: {names}',
  tested: 'followed in the last {days} days: {names}',
  noAttempt: 'no attempt in {days} days',
  storm: '{ratio} attempts an operation in the hour from {hour}',
  refused: '{refused|operation|operations} of late were given up because the budget was empty',
  noBadHour:
    'in no hour with {operations} operations did {percent} % fail at first: a game day would show it',
  bounded: 'at most {ratio} attempts an operation in {hours|bad hour|bad hours} of {days} days',
  loose:
    'at most {ratio} attempts an operation in {hours|bad hour|bad hours} of {days} days: no storm, and more than a budget of a tenth allows',
  fewRetries: 'fewer than {least} retries in {days} days: none had to wait',
  waitsUntold:
    '{told} of {retries} retries say how long they waited: send pipeline.attempt.backoff_ms',
  waits: '{waited} of {retries} retries waited, {waits} different times',
  paidTwice: '{twice|operation|operations} succeeded twice and were paid each time, in {days} days',
  nothingRetried: 'nothing was tried again in {days} days',
  unnamed:
    '{unnamed} of the newest {retries|retry|retries} do not name their operation: send pipeline.operation.id',
  countedOnce:
    '{again|repeated call|repeated calls} got an answer that had been counted, and counted once',
  keyUntold:
    'its retries name their operation, but no repeated call got the answer of the first: whether the key is sent to the provider is not told',
  noTeam: 'pipelines.yaml gives it no team: {budget} may count all of its spend or none',
  partlyCapped: 'the hard limit {budget} does not count all of its spend',
  uncapped: 'no cost budget with a hard limit counts it',
  capUnasked:
    '{budget} counts it, but no model call in {days} days shows that it asks before it spends',
  reserved:
    '{budget} counts it; {reserved} of {calls|model call|model calls} in {days} days were reserved',
  noCall: 'no model call in {days} days',
  unpriced: '{unpriced} of {calls|model call|model calls} in {days} days have no price',
  backfilled: 'a backfill succeeded, ended {day}',
  backfillsFailed: '{backfills|backfill|backfills}, none succeeded',
  noBackfill: 'none of its {runs|run|runs} in {days} days was a backfill',
  kindUntold: 'its runs do not tell of what kind they are: send pipeline.run.kind',
  noBatch: 'no batch in {days} days',
  takenUp:
    'rows failed in {batches|batch|batches} of {days} days, and a later run of each left none',
  rowsLeft:
    'the newest runs left {rows|row|rows} that failed; {takenUp} of {batches|batch|batches} were run again until none did. Whether anything else took the rest up a person has to say',
  rowsUntold:
    '{told} of {batches|batch|batches} tell how many rows failed: send pipeline.rows.failed',
  noRowFailed:
    'no row failed in {batches|batch|batches} of {days} days: there was nothing to take up',
  said: '{answer}, says {by}, {age} ({day})',
  saidNote: '{answer}, says {by}, {age} ({day}): {note}',
  saidLongAgo: '{answer}, says {by}, {age} ({day}) — older than {days} days: look again',
  saidNoteLongAgo:
    '{answer}, says {by}, {age} ({day}): {note} — older than {days} days: look again',
} as const;

export type ResilienceSaying = keyof typeof resilienceReasons;

export interface ResilienceReason {
  readonly says: ResilienceSaying;
  readonly values: Readonly<Record<string, string>>;
}

export const reasonOf = (
  says: ResilienceSaying,
  values: Readonly<Record<string, string | number>> = {},
): ResilienceReason => ({
  says,
  values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])),
});

/** The reason in a sentence. @param words in place of values that are words themselves. */
export const reasonText = (
  { says, values }: ResilienceReason,
  words: Readonly<Record<string, string>> = {},
): string =>
  resilienceReasons[says].replaceAll(
    /\{(\w+)(?:\|([^|}]+)\|([^|}]+))?\}/g,
    (_place, name: string, one: string | undefined, many: string | undefined) => {
      const value = words[name] ?? values[name] ?? '';
      return one === undefined ? value : `${value} ${value === '1' ? one : (many ?? one)}`;
    },
  );
