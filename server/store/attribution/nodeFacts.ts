/**
 * What is kept in memory of a span that can have rows of its own: it costs, it begins something, or it is a top span.
 */
import type { OwnIdentity } from '@burnbook/domain/attribution';
import { classOfStatus } from '@burnbook/domain/errorStatus';
import { FACT_GROUP, type FactSet } from '@burnbook/domain/factSet';
import { CHECK_OUTCOMES } from '@burnbook/domain/semconv';
import type {
  ActivityFacts,
  ActivityRow,
  AttemptRow,
  CallFacts,
  DataFacts,
  DataNoteRow,
  LineRow,
  SpanFacts,
} from '../rows.js';

export interface NodeFacts extends SpanFacts {
  readonly own: OwnIdentity | null;
  /** 0: none. */
  readonly parentId: bigint;
  /** A span that started earlier carries the same response id. */
  duplicateResponse: boolean;
  /** It waits to be the evidence of its work (see `Evidence`). */
  awaitsProof: boolean;
  /** The compute rates known at arrival. */
  readonly ratesVersion: number;
  /** The rows that stand in the database for this span. */
  activityRow: ActivityRow | null;
  attemptRow: AttemptRow | null;
  noteRow: DataNoteRow | null;
  modelLine: LineRow | null;
  computeLine: LineRow | null;
}

const NS_PER_S = 1e9;

export const NO_ACTIVITY: ActivityFacts = {
  event: null,
  runKind: null,
  runOutcome: null,
  attemptOutcome: null,
  errorClass: null,
  backoffMs: null,
  rowsIn: null,
  rowsOut: null,
  rowsFailed: null,
  bytesIn: null,
  bytesOut: null,
  queueWaitNs: null,
  cpuUserNs: null,
  cpuSystemNs: null,
  gbNs: null,
  peakBytes: null,
  gcNs: null,
  eventLoopUtilization: null,
  droppedSpans: null,
};

export type NodeBasics = Omit<
  NodeFacts,
  | 'activity'
  | 'nominalTime'
  | 'data'
  | 'cpuNs'
  | 'gbNs'
  | 'duplicateResponse'
  | 'awaitsProof'
  | 'activityRow'
  | 'attemptRow'
  | 'noteRow'
  | 'modelLine'
  | 'computeLine'
>;

/** Builds the facts of a span from its promoted attributes. Written out: spreading 20 fields costs 1 µs. */
export function nodeFacts(facts: FactSet, basics: NodeBasics): NodeFacts {
  const told = (facts.groups & FACT_GROUP.activity) === 0 ? NO_ACTIVITY : activityFacts(facts);
  const activity = basics.failed && told.errorClass === null ? withErrorClass(told, facts) : told;
  const { cpuUserNs, cpuSystemNs, gbNs } = activity;
  // Counters of a start or heartbeat are cumulative and repeat what the steps will say.
  const computes = activity.event === null;
  const tellsCpu = computes && (cpuUserNs !== null || cpuSystemNs !== null);
  return {
    traceHi: basics.traceHi,
    traceLo: basics.traceLo,
    spanId: basics.spanId,
    startNs: basics.startNs,
    endNs: basics.endNs,
    receivedNs: basics.receivedNs,
    name: basics.name,
    failed: basics.failed,
    sampled: basics.sampled,
    nominalTime: basics.own?.nominalTime ?? null,
    activity,
    data: (facts.groups & FACT_GROUP.data) === 0 ? null : dataFacts(facts, basics.name),
    call: basics.call,
    responseKey: basics.responseKey,
    cpuNs: tellsCpu ? BigInt((cpuUserNs ?? 0) + (cpuSystemNs ?? 0)) : null,
    gbNs: computes && gbNs !== null ? BigInt(gbNs) : null,
    own: basics.own,
    parentId: basics.parentId,
    duplicateResponse: false,
    awaitsProof: false,
    ratesVersion: basics.ratesVersion,
    activityRow: null,
    attemptRow: null,
    noteRow: null,
    modelLine: null,
    computeLine: null,
  };
}

/** Whether a call tells any usage: only then can a span above it repeat it. */
export const tellsUsage = ({ usage, reportedNanoUsd }: CallFacts): boolean =>
  usage.inputTokens !== null || usage.outputTokens !== null || reportedNanoUsd !== null;

/** Whether the compute of a span costs anything. */
export function hasCompute(facts: SpanFacts): boolean {
  return (facts.cpuNs ?? 0n) > 0n || (facts.gbNs ?? 0n) > 0n;
}

/** The emitter's sampler set a threshold (`ot=th:`) in the W3C trace state. */
const SAMPLED_STATE = /(?:^|[,;\s"])ot=[^,]*\bth:(?!0+(?:[;,"]|$))/;

/** @param extra JSON of a span's rare parts. */
export const isSampled = (extra: string | null | undefined): boolean =>
  extra?.includes('traceState') === true && SAMPLED_STATE.test(extra);

/** Why a span failed, where only its HTTP status or the field-standard `error.type` says. */
function withErrorClass(activity: ActivityFacts, facts: FactSet): ActivityFacts {
  const type = facts.text('errorType');
  const status = facts.number('httpStatus') ?? (type === null ? null : Number(type));
  if (status !== null && status >= 400 && status <= 599) {
    return { ...activity, errorClass: classOfStatus(status) };
  }
  return type !== null && /time.?out/i.test(type)
    ? { ...activity, errorClass: 'timeout' }
    : activity;
}

function activityFacts(facts: FactSet): ActivityFacts {
  return {
    event: facts.text('event'),
    runKind: facts.text('runKind'),
    runOutcome: facts.text('runOutcome'),
    attemptOutcome: facts.text('attemptOutcome'),
    errorClass: facts.text('errorClass'),
    backoffMs: facts.count('backoffMs'),
    rowsIn: facts.count('rowsIn'),
    rowsOut: facts.count('rowsOut'),
    rowsFailed: facts.count('rowsFailed'),
    bytesIn: facts.bytes('bytesIn'),
    bytesOut: facts.bytes('bytesOut'),
    queueWaitNs: scaled(facts.number('queueWaitMs'), 1e6),
    cpuUserNs: scaled(facts.number('cpuUserS'), NS_PER_S),
    cpuSystemNs: scaled(facts.number('cpuSystemS'), NS_PER_S),
    gbNs: scaled(facts.number('memoryGbSeconds'), NS_PER_S),
    peakBytes: facts.bytes('memoryPeakBytes'),
    gcNs: scaled(facts.number('gcDurationS'), NS_PER_S),
    eventLoopUtilization: facts.number('eventLoopUtilization'),
    droppedSpans: facts.count('droppedSpans'),
  };
}

/** null: it names neither a check nor a dataset. */
function dataFacts(facts: FactSet, spanName: string): DataFacts | null {
  const name = facts.text('checkName');
  const outcome = facts.text('checkOutcome');
  const dataset = facts.text('dataset');
  const isCheck = name !== null || outcome !== null;
  if (!isCheck && dataset === null) return null;
  return {
    check: isCheck
      ? {
          name: name ?? spanName,
          // A check of which nobody knows how it ended did not pass.
          outcome: CHECK_OUTCOMES.find((known) => known === outcome) ?? 'error',
          rows: facts.count('checkRows'),
          rowsFailed: facts.count('checkRowsFailed'),
        }
      : null,
    dataset,
  };
}

/** A quantity in smaller, whole units; null when it is negative or too large to be true. */
function scaled(value: number | null, factor: number): number | null {
  if (value === null || value < 0) return null;
  const whole = Math.round(value * factor);
  return Number.isSafeInteger(whole) ? whole : null;
}
