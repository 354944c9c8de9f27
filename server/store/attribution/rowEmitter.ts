/**
 * From a span's settled context to the rows that it stands for, and from its former rows to the difference.
 */
import { boundaries, type Context } from '@burnbook/domain/attribution';
import { priceCompute } from '@burnbook/domain/price';
import type { ActivityRow, AttemptRow, DataNoteRow, LineRow, Owner } from '../rows.js';
import type { ChangeSet } from './changeSet.js';
import type { ComputeRates } from './computeRates.js';
import { proofOf } from './evidence.js';
import { hasCompute, tellsUsage, type NodeFacts } from './nodeFacts.js';
import type { TraceState } from './spanArena.js';

/** Why a line is left out of every sum. */
export const EXCLUDED = {
  repeatedBelow: 'usage repeated from a span below',
  duplicateResponse: 'response id already counted',
} as const;

export interface Standing {
  readonly trace: TraceState;
  readonly context: Context;
  /** The parent's context; null when the span is the topmost known one. */
  readonly parent: Context | null;
  /** True for a root and for a span whose parent is known. */
  readonly settled: boolean;
  readonly usageBelow: boolean;
  /** Another library recorded the same call in a span below. */
  readonly repeatsCallBelow: boolean;
  readonly costs: boolean;
}

/** Emits what changed for one span into `changes` and remembers the rows as its present ones. */
export function emitRows(
  facts: NodeFacts,
  standing: Standing,
  changes: ChangeSet,
  rates: ComputeRates,
): void {
  const begins = boundaries(standing.context, standing.parent);
  if (standing.settled && !hasRows(facts) && !canHaveRows(facts, begins)) return;
  const activity = activityRow(facts, standing, begins);
  if (!sameActivity(facts.activityRow, activity)) {
    if (facts.activityRow) changes.activities.remove.push(facts.activityRow);
    releaseProof(facts.activityRow, activity, standing.trace);
    if (activity) changes.activities.add.push(activity);
    note(changes, facts.activityRow, activity);
    facts.activityRow = activity;
  }

  const attempt = begins.attempt ? attemptRow(facts, standing) : null;
  if (!sameAttempt(facts.attemptRow, attempt)) {
    if (facts.attemptRow) changes.attempts.remove.push(facts.attemptRow);
    if (attempt) changes.attempts.add.push(attempt);
    note(changes, facts.attemptRow, attempt);
    facts.attemptRow = attempt;
  }

  if (facts.data !== null) noteData(facts, standing, changes);

  const model = facts.call ? modelLine(facts, standing) : null;
  const compute = hasCompute(facts) ? computeLine(facts, standing, rates) : null;
  replaceLine(facts.modelLine, model, changes);
  replaceLine(facts.computeLine, compute, changes);
  facts.modelLine = model;
  facts.computeLine = compute;
}

type Begins = ReturnType<typeof boundaries>;

const hasRows = (facts: NodeFacts): boolean =>
  facts.activityRow !== null ||
  facts.attemptRow !== null ||
  facts.modelLine !== null ||
  facts.computeLine !== null;

/** Most spans with words of identity only repeat them. */
const canHaveRows = (facts: NodeFacts, begins: Begins): boolean =>
  facts.call !== null ||
  facts.data !== null ||
  facts.activity.event !== null ||
  begins.run ||
  begins.batch ||
  begins.step ||
  begins.attempt ||
  begins.leavesBatch ||
  hasCompute(facts);

/** The outcome of an attempt or step: what it says itself, else its span's status. */
export const outcomeOf = (facts: Pick<NodeFacts, 'activity' | 'failed'>): string =>
  facts.activity.attemptOutcome ?? (facts.failed ? 'failed' : 'succeeded');

/** The note itself never changes, only whose it is. */
function noteData(facts: NodeFacts, { context }: Standing, changes: ChangeSet): void {
  const before = facts.noteRow;
  const after: DataNoteRow = { span: facts, owner: context.identity };
  if (before && samePlace(before, after)) return;
  if (before) changes.notes.remove.push(before);
  changes.notes.add.push(after);
  note(changes, before, after);
  facts.noteRow = after;
}

function replaceLine(before: LineRow | null, after: LineRow | null, changes: ChangeSet): void {
  if (sameLine(before, after)) return;
  if (before) changes.lines.remove.push(before);
  if (after) changes.lines.add.push(after);
  note(changes, before, after);
}

function note(
  changes: ChangeSet,
  before: { readonly owner: Owner } | null,
  after: { readonly owner: Owner } | null,
): void {
  if (before) changes.pipelines.add(before.owner.pipeline);
  if (after) changes.pipelines.add(after.owner.pipeline);
}

function activityRow(facts: NodeFacts, standing: Standing, begins: Begins): ActivityRow | null {
  const { identity } = standing.context;
  if (identity.weak && !standing.costs && facts.activity.event === null) return null;
  const isEvent = facts.activity.event !== null;
  const isRun = standing.settled && begins.run && !isEvent;
  const isBatch = standing.settled && begins.batch && !isEvent;
  // Calls and attempts carry their step's name too; only the parent can tell that they are not the step itself.
  const isInside = facts.call !== null || standing.context.attempts !== null;
  const isStep = begins.step && !isEvent && (standing.settled || !isInside);
  if (!isEvent && !isRun && !isBatch && !isStep) {
    const isProof = standing.settled ? begins.leavesBatch : isEvidence(facts, standing);
    if (!isProof) return null;
  }
  return { span: facts, owner: identity, isRun, isBatch, isStep, rooted: identity.rooted };
}

/**
 * A span whose parent is not known is the proof that its run, batch and step exist, where nothing else proved it yet:
 * a row or two each, not one a span, since collectors export a step's calls before the step itself.
 */
function isEvidence(facts: NodeFacts, standing: Standing): boolean {
  const proof = proofOf(standing.context.identity);
  if (facts.activityRow && proof === proofOf(facts.activityRow.owner)) return true;
  return standing.trace.evidence.claim(proof, facts);
}

/** The next span without a known parent may have to stand in as the proof. */
function releaseProof(
  before: ActivityRow | null,
  after: ActivityRow | null,
  trace: TraceState,
): void {
  if (!before) return;
  const proof = proofOf(before.owner);
  if (after && proofOf(after.owner) === proof) return;
  trace.evidence.release(proof);
}

function attemptRow(facts: NodeFacts, standing: Standing): AttemptRow | null {
  const { attempts, identity } = standing.context;
  if (!attempts) return null;
  // Without its parent a model call that repeats its attempt's number looks like the attempt; it never has an outcome.
  const mayBeInside = facts.call !== null && facts.activity.attemptOutcome === null;
  if (!standing.settled && mayBeInside) return null;
  return {
    span: facts,
    owner: identity,
    operationKey: attempts.operationKey,
    attemptKey: attempts.attemptKey,
    outerAttemptKey: attempts.outerAttemptKey,
    number: attempts.number,
    outcome: outcomeOf(facts),
  };
}

function modelLine(facts: NodeFacts, standing: Standing): LineRow {
  const { call } = facts;
  const { attempts, identity } = standing.context;
  // Pinned: a line that stands keeps its cost, a restated one too; a new one brings the price of its arrival.
  const cost = facts.modelLine ?? call;
  return {
    kind: 'model',
    span: facts,
    owner: identity,
    attempt: identity.attempt,
    attemptKey: attempts?.attemptKey ?? null,
    costNanoUsd: cost?.costNanoUsd ?? null,
    priceId: cost?.priceId ?? null,
    unpricedReason: cost?.unpricedReason ?? null,
    excluded:
      (call && (call.aggregate || !tellsUsage(call)) && standing.usageBelow) ||
      standing.repeatsCallBelow
        ? EXCLUDED.repeatedBelow
        : facts.duplicateResponse
          ? EXCLUDED.duplicateResponse
          : null,
  };
}

function computeLine(facts: NodeFacts, standing: Standing, rates: ComputeRates): LineRow {
  const { attempts, identity } = standing.context;
  const before = facts.computeLine;
  // Pinned: a line that stays with its pipeline keeps its price; one that moves gets its new pipeline's of that time.
  const pinned = before?.owner.pipeline === identity.pipeline ? before : null;
  const rate = pinned ? null : rates.rate(facts.ratesVersion, identity.pipeline);
  const cost = rate && priceCompute(rate, facts.cpuNs ?? 0n, facts.gbNs ?? 0n);
  const noRate = rate ? null : 'no compute rate for this pipeline in pipelines.yaml';
  return {
    kind: 'compute',
    span: facts,
    owner: identity,
    attempt: identity.attempt,
    attemptKey: attempts?.attemptKey ?? null,
    costNanoUsd: pinned ? pinned.costNanoUsd : cost,
    priceId: pinned ? pinned.priceId : (rate?.id ?? null),
    unpricedReason: pinned ? pinned.unpricedReason : noRate,
    excluded: null,
  };
}

type Owned = { readonly owner: Owner };

const samePlace = ({ owner: a }: Owned, { owner: b }: Owned): boolean =>
  a === b ||
  (a.pipeline === b.pipeline && a.run === b.run && a.batch === b.batch && a.step === b.step);

const sameOwner = (a: Owned, b: Owned): boolean =>
  a.owner === b.owner ||
  (samePlace(a, b) && a.owner.team === b.owner.team && a.owner.environment === b.owner.environment);

function sameActivity(a: ActivityRow | null, b: ActivityRow | null): boolean {
  if (!a || !b) return a === b;
  return (
    sameOwner(a, b) &&
    a.isRun === b.isRun &&
    a.isBatch === b.isBatch &&
    a.isStep === b.isStep &&
    a.rooted === b.rooted
  );
}

function sameAttempt(a: AttemptRow | null, b: AttemptRow | null): boolean {
  if (!a || !b) return a === b;
  return (
    samePlace(a, b) && a.attemptKey === b.attemptKey && a.outerAttemptKey === b.outerAttemptKey
  );
}

function sameLine(a: LineRow | null, b: LineRow | null): boolean {
  if (!a || !b) return a === b;
  return (
    sameOwner(a, b) &&
    a.owner.tags === b.owner.tags &&
    a.owner.reservation === b.owner.reservation &&
    a.attempt === b.attempt &&
    a.attemptKey === b.attemptKey &&
    a.excluded === b.excluded &&
    a.costNanoUsd === b.costNanoUsd
  );
}
