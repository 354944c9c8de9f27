/** How a pipeline stands on each item of the resilience checklist. What is not known is never `yes`. */
import { isInForce, type CostBudget } from '@burnbook/domain/costBudget';
import type { ScoredItemId } from '@burnbook/domain/runbook/resilienceItems';
import { DAY_NS, formatTime } from '@burnbook/domain/time';
import {
  FAILED_MIN,
  NEWEST_DAYS,
  OPERATIONS_MIN,
  RECENT_DAYS,
  SEEN_DAYS,
  type ResilienceFacts,
} from './resilienceFacts.js';

export interface Score {
  readonly state: 'yes' | 'no' | 'cannotTell' | 'byHand' | 'notApplicable';
  readonly because: string;
  /** Path of the page that shows it. */
  readonly evidence: string | null;
}

/** What the configuration says of a pipeline. */
export interface ScoredPipeline {
  readonly name: string;
  readonly owner: string | null;
  readonly team: string | null;
  readonly isScheduled: boolean;
  /** SLOs that name it, each with the runbooks of its alerts. */
  readonly slos: readonly { readonly name: string; readonly runbooks: readonly string[] }[];
}

export interface Scoring {
  readonly pipeline: ScoredPipeline;
  readonly facts: ResilienceFacts;
  readonly budgets: readonly CostBudget[];
  /** Day on which a runbook was last followed, `YYYY-MM-DD`; null: never; undefined: there is no such runbook. */
  readonly testedOn: (runbook: string) => string | null | undefined;
  readonly nowNs: bigint;
}

/** Attempts an operation that a budget of a tenth leaves, with its reserve, while much fails. */
const BOUNDED_RATIO = 1.25;
/** Where RetryStorm pages. */
const STORM_RATIO = 1.5;
const TESTED_DAYS = 90;
const RETRIES_MIN = 10;
/** Retries may be so alike by chance. */
const WAITS_SHARE_MIN = 0.5;
const UNPRICED_SHARE_MAX = 0.01;
const UNRESERVED_SHARE_MAX = 0.01;
const MS_PER_DAY = 86_400_000;

const NOT_READ = cannotTell('the store could not be asked in time');

/** Of all that telemetry or the configuration can say. */
export const scores: Readonly<Record<ScoredItemId, (scoring: Scoring) => Score>> = {
  'has-slo': ({ pipeline: { slos } }) => {
    const [first, ...more] = slos;
    if (!first) return no('no SLO names it');
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return yes(`${first.name}${others} counts it`, `/slos/${encodeURIComponent(first.name)}`);
  },
  deadline: ({ pipeline: { name, isScheduled } }) =>
    isScheduled
      ? yes('pipelines.yaml gives it a schedule with a deadline', batchesPath(name))
      : no('pipelines.yaml gives it no schedule'),
  owner: ({ pipeline: { owner } }) =>
    owner === null ? no('pipelines.yaml names no owner') : yes(`${owner}, by pipelines.yaml`),
  'tested-runbook': testedRunbook,
  'whole-telemetry': ({ pipeline: { name }, facts: { telemetry } }) => {
    if (!telemetry) return NOT_READ;
    const found = telemetry.get(name);
    if (!found) return cannotTell(`no run began in the last ${NEWEST_DAYS} days`);
    const { runs, lost, sampled, dropped } = found;
    const said = `of ${counted(runs, 'run')} in ${NEWEST_DAYS} days, ${lost} went silent, ${sampled} sent samples, ${counted(dropped, 'span')} dropped`;
    return lost + sampled + dropped > 0
      ? no(said, batchesPath(name))
      : yes(said, batchesPath(name));
  },
  'quality-checks': ({ pipeline: { name }, facts: { checks, runs } }) => {
    if (!checks || !runs) return NOT_READ;
    const found = checks.get(name);
    if (found) {
      const said = `${counted(found.names, 'check')}, made ${counted(found.checks, 'time')} in ${RECENT_DAYS} days`;
      return yes(said, batchesPath(name));
    }
    return runs.has(name)
      ? no(
          `no run of it told of a check in ${RECENT_DAYS} days: send quality.check.name and its outcome`,
        )
      : cannotTell(`nothing was heard of it in ${SEEN_DAYS} days`);
  },
  'retry-budget': retryBudget,
  backoff: ({ pipeline: { name }, facts: { attempts } }) => {
    if (!attempts) return NOT_READ;
    const found = attempts.get(name);
    if (!found || found.retries < RETRIES_MIN) {
      return cannotTell(
        `fewer than ${RETRIES_MIN} retries in ${RECENT_DAYS} days: none had to wait`,
      );
    }
    const { retries, toldWaits, waited, waits } = found;
    if (toldWaits < retries) {
      return cannotTell(
        `${toldWaits} of ${retries} retries say how long they waited: send pipeline.attempt.backoff_ms`,
      );
    }
    const said = `${waited} of ${retries} retries waited, ${waits} different times`;
    const isSpread = waited === retries && waits >= WAITS_SHARE_MIN * waited;
    return isSpread ? yes(said, retriesPath(name)) : no(said, retriesPath(name));
  },
  'idempotency-key': idempotencyKey,
  'spend-cap': spendCap,
  priced: ({ pipeline: { name }, facts: { calls } }) => {
    if (!calls) return NOT_READ;
    const found = calls.get(name);
    if (!found) return cannotTell(`no model call in ${RECENT_DAYS} days`);
    const said = `${found.unpriced} of ${counted(found.calls, 'model call')} in ${RECENT_DAYS} days have no price`;
    const isPriced = found.unpriced <= UNPRICED_SHARE_MAX * found.calls;
    return isPriced ? yes(said, costPath(name)) : no(said, costPath(name));
  },
  'backfill-tested': ({ pipeline: { name }, facts: { runs } }) => {
    if (!runs) return NOT_READ;
    const found = runs.get(name);
    if (!found) return cannotTell(`no run began in the last ${SEEN_DAYS} days`);
    const { backfilledNs, backfills, told } = found;
    if (backfilledNs !== null) {
      const said = `a backfill succeeded, ended ${formatTime(backfilledNs).slice(0, 10)}`;
      return yes(said, batchesPath(name));
    }
    if (backfills > 0)
      return no(`${counted(backfills, 'backfill')}, none succeeded`, batchesPath(name));
    return told > 0
      ? no(
          `none of its ${counted(found.runs, 'run')} in ${SEEN_DAYS} days was a backfill`,
          batchesPath(name),
        )
      : cannotTell('its runs do not tell of what kind they are: send pipeline.run.kind');
  },
  'dead-letters': deadLetters,
};

/** Only that the batch was run again and lost no row says so; that nothing failed lately says nothing of older letters. */
function deadLetters({ pipeline: { name }, facts: { failedRows } }: Scoring): Score {
  if (!failedRows) return NOT_READ;
  const found = failedRows.get(name);
  if (!found) return cannotTell(`no batch in ${RECENT_DAYS} days`);
  const { batches, told, failing, takenUp, leftRows } = found;
  if (failing > 0 && failing === takenUp) {
    const said = `rows failed in ${counted(failing, 'batch', 'batches')} of ${RECENT_DAYS} days, and a later run of each left none`;
    return yes(said, batchesPath(name));
  }
  if (failing > 0) {
    return cannotTell(
      `the newest runs left ${counted(leftRows, 'row')} that failed; ${takenUp} of ${counted(failing, 'batch', 'batches')} were run again until none did. Whether anything else took the rest up a person has to say`,
    );
  }
  return told < batches
    ? cannotTell(
        `${told} of ${counted(batches, 'batch', 'batches')} tell how many rows failed: send pipeline.rows.failed`,
      )
    : cannotTell(
        `no row failed in ${counted(batches, 'batch', 'batches')} of ${RECENT_DAYS} days: there was nothing to take up`,
      );
}

function testedRunbook({ pipeline, facts, testedOn, nowNs }: Scoring): Score {
  const ofSlos = pipeline.slos.flatMap(({ runbooks }) => runbooks);
  // What fired and could not be read may be among the untested.
  if (!facts.runbooks) return NOT_READ;
  const names = [...new Set([...ofSlos, ...(facts.runbooks.get(pipeline.name) ?? [])])].toSorted();
  if (names.length === 0) {
    return cannotTell(`no SLO names it and none of its alerts fired in ${SEEN_DAYS} days`);
  }
  const untested = names.filter((name) => {
    const day = testedOn(name) ?? null;
    return day === null || daysSince(day, nowNs) > TESTED_DAYS;
  });
  const [first] = untested;
  if (first !== undefined) {
    const said = `${untested.length} of ${counted(names.length, 'runbook')} not followed in ${TESTED_DAYS} days: ${untested.join(', ')}`;
    return no(said, testedOn(first) === undefined ? null : runbookPath(first));
  }
  return yes(
    `followed in the last ${TESTED_DAYS} days: ${names.join(', ')}`,
    runbookPath(names[0] ?? ''),
  );
}

/** Shown only while much fails: until then nobody knows whether anything would hold retries back. */
function retryBudget({ pipeline: { name }, facts: { attempts, retries } }: Scoring): Score {
  if (!attempts || !retries) return NOT_READ;
  const found = attempts.get(name);
  if (!found) return cannotTell(`no attempt in ${RECENT_DAYS} days`);
  const { worst, badHours, worstBad } = found;
  if (worst && worst.ratio > STORM_RATIO) {
    const said = `${worst.ratio.toFixed(2)} attempts an operation in the hour from ${formatTime(worst.hourNs)}`;
    return no(said, retriesPath(name));
  }
  const refused = retries.get(name)?.refused ?? 0;
  if (refused > 0) {
    const said = `${counted(refused, 'operation')} of late were given up because the budget was empty`;
    return yes(said, retriesPath(name));
  }
  if (badHours === 0 || worstBad === null) {
    return cannotTell(
      `in no hour with ${OPERATIONS_MIN} operations did ${FAILED_MIN * 100} % fail at first: a game day would show it`,
    );
  }
  const said = `at most ${worstBad.toFixed(2)} attempts an operation in ${counted(badHours, 'bad hour')} of ${RECENT_DAYS} days`;
  return worstBad <= BOUNDED_RATIO
    ? yes(said, retriesPath(name))
    : cannotTell(`${said}: no storm, and more than a budget of a tenth allows`);
}

function idempotencyKey({ pipeline: { name }, facts: { retries, repeats } }: Scoring): Score {
  if (!retries || !repeats) return NOT_READ;
  const { again = 0, twice = 0 } = repeats.get(name) ?? {};
  if (twice > 0) {
    const said = `${counted(twice, 'operation')} succeeded twice and were paid each time, in ${RECENT_DAYS} days`;
    return no(said, retriesPath(name));
  }
  const found = retries.get(name);
  if (!found || found.retries === 0) {
    return cannotTell(`nothing was tried again in ${RECENT_DAYS} days`);
  }
  if (found.named < found.retries) {
    return cannotTell(
      `${found.retries - found.named} of the newest ${counted(found.retries, 'retry', 'retries')} do not name their operation: send pipeline.operation.id`,
    );
  }
  return again > 0
    ? yes(
        `${counted(again, 'repeated call')} got an answer that had been counted, and counted once`,
        retriesPath(name),
      )
    : cannotTell(
        'its retries name their operation, but no repeated call got the answer of the first: whether the key is sent to the provider is not told',
      );
}

/** A limit refuses whoever asks it: what is not reserved is not stopped. */
function spendCap({ pipeline, facts: { calls }, budgets, nowNs }: Scoring): Score {
  const hard = budgets.filter((budget) => budget.hardLimit && isInForce(budget, nowNs));
  const cap = hard.find(({ scope }) => coversAll(scope, pipeline));
  if (!cap) {
    const some = hard.filter(({ scope }) => mayCover(scope, pipeline));
    const ofTeam = some.find(({ scope }) =>
      coversAll({ ...scope, team: '*' }, { ...pipeline, team: '' }),
    );
    if (ofTeam) {
      return cannotTell(
        `pipelines.yaml gives it no team: ${ofTeam.id} may count all of its spend or none`,
      );
    }
    const [part] = some;
    return part
      ? no(`the hard limit ${part.id} does not count all of its spend`, budgetPath(part.id))
      : no('no cost budget with a hard limit counts it');
  }
  if (!calls) return NOT_READ;
  const found = calls.get(pipeline.name);
  if (!found) {
    return cannotTell(
      `${cap.id} counts it, but no model call in ${RECENT_DAYS} days shows that it asks before it spends`,
    );
  }
  const said = `${cap.id} counts it; ${found.reserved} of ${counted(found.calls, 'model call')} in ${RECENT_DAYS} days were reserved`;
  const isAsked = found.calls - found.reserved <= UNRESERVED_SHARE_MAX * found.calls;
  return isAsked ? yes(said, budgetPath(cap.id)) : no(said, budgetPath(cap.id));
}

/** Whether every cent of the pipeline counts against a budget of this scope. */
const coversAll = (scope: CostBudget['scope'], pipeline: ScoredPipeline): boolean =>
  Object.entries(scope).every(
    ([key, wanted]) =>
      (key === 'pipeline' && matches(wanted, pipeline.name)) ||
      (key === 'team' && pipeline.team !== null && matches(wanted, pipeline.team)),
  );

const mayCover = (scope: CostBudget['scope'], { name, team }: ScoredPipeline): boolean =>
  (scope['pipeline'] === undefined || matches(scope['pipeline'], name)) &&
  (scope['team'] === undefined || team === null || matches(scope['team'], team));

const matches = (wanted: string, value: string): boolean =>
  wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted;

/** Whole days of UTC. */
const daysSince = (day: string, nowNs: bigint): number =>
  Number(nowNs / DAY_NS) - Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY;

const batchesPath = (name: string): string => `/batches?pipeline=${encodeURIComponent(name)}`;
const filterOf = (name: string): string =>
  encodeURIComponent(`pipeline:"${name.replaceAll(/["\\]/g, '\\$&')}"`);
const retriesPath = (name: string): string => `/retries?filter=${filterOf(name)}`;
const costPath = (name: string): string => `/cost?filter=${filterOf(name)}`;
const budgetPath = (id: string): string => `/cost/budgets/${encodeURIComponent(id)}`;
const runbookPath = (name: string): string => `/runbooks/${encodeURIComponent(name)}`;

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

function yes(because: string, evidence: string | null = null): Score {
  return { state: 'yes', because, evidence };
}

function no(because: string, evidence: string | null = null): Score {
  return { state: 'no', because, evidence };
}

function cannotTell(because: string): Score {
  return { state: 'cannotTell', because, evidence: null };
}
