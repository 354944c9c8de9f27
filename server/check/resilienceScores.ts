/** How a pipeline stands on each item of the resilience checklist. What is not known is never `yes`. */
import { isInForce, type CostBudget } from '@burnbook/domain/costBudget';
import type { ScoredItemId } from '@burnbook/domain/runbook/resilienceItems';
import { reasonOf, type ResilienceReason } from '@burnbook/domain/runbook/resilienceReasons';
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
  readonly because: ResilienceReason;
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

const NOT_READ = cannotTell(reasonOf('notRead'));

/** Of all that telemetry or the configuration can say. */
export const scores: Readonly<Record<ScoredItemId, (scoring: Scoring) => Score>> = {
  'has-slo': ({ pipeline: { slos } }) => {
    const [first, ...more] = slos;
    if (!first) return no(reasonOf('noSlo'));
    const slo = first.name;
    const reason =
      more.length === 0 ? reasonOf('slo', { slo }) : reasonOf('slos', { slo, more: more.length });
    return yes(reason, `/slos/${encodeURIComponent(slo)}`);
  },
  deadline: ({ pipeline: { name, isScheduled } }) =>
    isScheduled ? yes(reasonOf('schedule'), batchesPath(name)) : no(reasonOf('noSchedule')),
  owner: ({ pipeline: { owner } }) =>
    owner === null ? no(reasonOf('noOwner')) : yes(reasonOf('owner', { owner })),
  'tested-runbook': testedRunbook,
  'whole-telemetry': ({ pipeline: { name }, facts: { telemetry } }) => {
    if (!telemetry) return NOT_READ;
    const found = telemetry.get(name);
    if (!found) return cannotTell(reasonOf('noNewRun', { days: NEWEST_DAYS }));
    const { runs, lost, sampled, dropped } = found;
    const said = reasonOf('telemetry', { runs, days: NEWEST_DAYS, lost, sampled, dropped });
    return lost + sampled + dropped > 0
      ? no(said, batchesPath(name))
      : yes(said, batchesPath(name));
  },
  'quality-checks': ({ pipeline: { name }, facts: { checks, runs } }) => {
    if (!checks || !runs) return NOT_READ;
    const found = checks.get(name);
    if (found) {
      const { names, checks: times } = found;
      const said = reasonOf('checks', { names, times, days: RECENT_DAYS });
      return yes(said, batchesPath(name));
    }
    return runs.has(name)
      ? no(reasonOf('noCheck', { days: RECENT_DAYS }))
      : cannotTell(reasonOf('unheard', { days: SEEN_DAYS }));
  },
  'retry-budget': retryBudget,
  backoff: ({ pipeline: { name }, facts: { attempts } }) => {
    if (!attempts) return NOT_READ;
    const found = attempts.get(name);
    if (!found || found.retries < RETRIES_MIN) {
      return cannotTell(reasonOf('fewRetries', { least: RETRIES_MIN, days: RECENT_DAYS }));
    }
    const { retries, toldWaits, waited, waits } = found;
    if (toldWaits < retries) {
      return cannotTell(reasonOf('waitsUntold', { told: toldWaits, retries }));
    }
    const said = reasonOf('waits', { waited, retries, waits });
    const isSpread = waited === retries && waits >= WAITS_SHARE_MIN * waited;
    return isSpread ? yes(said, retriesPath(name)) : no(said, retriesPath(name));
  },
  'idempotency-key': idempotencyKey,
  'spend-cap': spendCap,
  priced: ({ pipeline: { name }, facts: { calls } }) => {
    if (!calls) return NOT_READ;
    const found = calls.get(name);
    if (!found) return cannotTell(reasonOf('noCall', { days: RECENT_DAYS }));
    const said = reasonOf('unpriced', {
      unpriced: found.unpriced,
      calls: found.calls,
      days: RECENT_DAYS,
    });
    const isPriced = found.unpriced <= UNPRICED_SHARE_MAX * found.calls;
    return isPriced ? yes(said, costPath(name)) : no(said, costPath(name));
  },
  'backfill-tested': ({ pipeline: { name }, facts: { runs } }) => {
    if (!runs) return NOT_READ;
    const found = runs.get(name);
    if (!found) return cannotTell(reasonOf('noNewRun', { days: SEEN_DAYS }));
    const { backfilledNs, backfills, told } = found;
    if (backfilledNs !== null) {
      const said = reasonOf('backfilled', { day: formatTime(backfilledNs).slice(0, 10) });
      return yes(said, batchesPath(name));
    }
    if (backfills > 0) return no(reasonOf('backfillsFailed', { backfills }), batchesPath(name));
    return told > 0
      ? no(reasonOf('noBackfill', { runs: found.runs, days: SEEN_DAYS }), batchesPath(name))
      : cannotTell(reasonOf('kindUntold'));
  },
  'dead-letters': deadLetters,
};

/** Only that the batch was run again and lost no row says so; that nothing failed lately says nothing of older letters. */
function deadLetters({ pipeline: { name }, facts: { failedRows } }: Scoring): Score {
  if (!failedRows) return NOT_READ;
  const found = failedRows.get(name);
  if (!found) return cannotTell(reasonOf('noBatch', { days: RECENT_DAYS }));
  const { batches, told, failing, takenUp, leftRows } = found;
  if (failing > 0 && failing === takenUp) {
    const said = reasonOf('takenUp', { batches: failing, days: RECENT_DAYS });
    return yes(said, batchesPath(name));
  }
  if (failing > 0) {
    return cannotTell(reasonOf('rowsLeft', { rows: leftRows, takenUp, batches: failing }));
  }
  return told < batches
    ? cannotTell(reasonOf('rowsUntold', { told, batches }))
    : cannotTell(reasonOf('noRowFailed', { batches, days: RECENT_DAYS }));
}

function testedRunbook({ pipeline, facts, testedOn, nowNs }: Scoring): Score {
  const ofSlos = pipeline.slos.flatMap(({ runbooks }) => runbooks);
  // What fired and could not be read may be among the untested.
  if (!facts.runbooks) return NOT_READ;
  const names = [...new Set([...ofSlos, ...(facts.runbooks.get(pipeline.name) ?? [])])].toSorted();
  if (names.length === 0) {
    return cannotTell(reasonOf('noRunbook', { days: SEEN_DAYS }));
  }
  const untested = names.filter((name) => {
    const day = testedOn(name) ?? null;
    return day === null || daysSince(day, nowNs) > TESTED_DAYS;
  });
  const [first] = untested;
  if (first !== undefined) {
    const said = reasonOf('untested', {
      untested: untested.length,
      runbooks: names.length,
      days: TESTED_DAYS,
      names: untested.join(', '),
    });
    return no(said, testedOn(first) === undefined ? null : runbookPath(first));
  }
  return yes(
    reasonOf('tested', { days: TESTED_DAYS, names: names.join(', ') }),
    runbookPath(names[0] ?? ''),
  );
}

/** Shown only while much fails: until then nobody knows whether anything would hold retries back. */
function retryBudget({ pipeline: { name }, facts: { attempts, retries } }: Scoring): Score {
  if (!attempts || !retries) return NOT_READ;
  const found = attempts.get(name);
  if (!found) return cannotTell(reasonOf('noAttempt', { days: RECENT_DAYS }));
  const { worst, badHours, worstBad } = found;
  if (worst && worst.ratio > STORM_RATIO) {
    const said = reasonOf('storm', {
      ratio: worst.ratio.toFixed(2),
      hour: formatTime(worst.hourNs),
    });
    return no(said, retriesPath(name));
  }
  const refused = retries.get(name)?.refused ?? 0;
  if (refused > 0) {
    return yes(reasonOf('refused', { refused }), retriesPath(name));
  }
  if (badHours === 0 || worstBad === null) {
    return cannotTell(
      reasonOf('noBadHour', { operations: OPERATIONS_MIN, percent: FAILED_MIN * 100 }),
    );
  }
  const said = { ratio: worstBad.toFixed(2), hours: badHours, days: RECENT_DAYS };
  return worstBad <= BOUNDED_RATIO
    ? yes(reasonOf('bounded', said), retriesPath(name))
    : cannotTell(reasonOf('loose', said));
}

function idempotencyKey({ pipeline: { name }, facts: { retries, repeats } }: Scoring): Score {
  if (!retries || !repeats) return NOT_READ;
  const { again = 0, twice = 0 } = repeats.get(name) ?? {};
  if (twice > 0) {
    return no(reasonOf('paidTwice', { twice, days: RECENT_DAYS }), retriesPath(name));
  }
  const found = retries.get(name);
  if (!found || found.retries === 0) {
    return cannotTell(reasonOf('nothingRetried', { days: RECENT_DAYS }));
  }
  if (found.named < found.retries) {
    return cannotTell(
      reasonOf('unnamed', { unnamed: found.retries - found.named, retries: found.retries }),
    );
  }
  return again > 0
    ? yes(reasonOf('countedOnce', { again }), retriesPath(name))
    : cannotTell(reasonOf('keyUntold'));
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
      return cannotTell(reasonOf('noTeam', { budget: ofTeam.id }));
    }
    const [part] = some;
    return part
      ? no(reasonOf('partlyCapped', { budget: part.id }), budgetPath(part.id))
      : no(reasonOf('uncapped'));
  }
  if (!calls) return NOT_READ;
  const found = calls.get(pipeline.name);
  if (!found) {
    return cannotTell(reasonOf('capUnasked', { budget: cap.id, days: RECENT_DAYS }));
  }
  const said = reasonOf('reserved', {
    budget: cap.id,
    reserved: found.reserved,
    calls: found.calls,
    days: RECENT_DAYS,
  });
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

function yes(because: ResilienceReason, evidence: string | null = null): Score {
  return { state: 'yes', because, evidence };
}

function no(because: ResilienceReason, evidence: string | null = null): Score {
  return { state: 'no', because, evidence };
}

function cannotTell(because: ResilienceReason): Score {
  return { state: 'cannotTell', because, evidence: null };
}
