/**
 * Whose work a span is: pipeline > run > batch > step > attempt, by the rules of attribution.
 *
 * Per key: the span's own attribute, then up its ancestors; then the resource's likewise; last, from the topmost known
 * ancestor, the weak fallbacks (service name, trace id). A span that sets a level inherits nothing below that level.
 * Everything here is a pure function of the set of spans known, so the order of arrival cannot matter.
 */
import { FACT_GROUP, type FactSet } from './factSet.js';
import { hash64 } from './hash64.js';
import type { Fact } from './semconv.js';
import { inheritTags } from './tags.js';

/** What a span, or a resource, says of itself. `null`: it does not say. */
export interface OwnIdentity {
  readonly pipeline: string | null;
  readonly run: string | null;
  readonly batch: string | null;
  readonly partition: string | null;
  readonly nominalTime: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly operation: string | null;
  /** Attempt number from a resend counter: the weakest kind, see `deriveContext`. */
  readonly resendAttempt: number | null;
  readonly team: string | null;
  readonly environment: string | null;
  /** See `canonicalTags`. */
  readonly tags: string | null;
  readonly reservation: string | null;
}

/** The innermost attempt around a span. */
export interface AttemptContext {
  /** Names the operation across the store: every attempt of it has the same one. */
  readonly operationKey: bigint;
  readonly number: number;
  /** Names the attempt across the store. */
  readonly attemptKey: bigint;
  /** The attempt around it; null: none. */
  readonly outerAttemptKey: bigint | null;
}

/** The settled identity of a span. */
export interface Identity {
  readonly pipeline: string;
  readonly run: string;
  /** Batch id, else partition, else nominal time; null: the span names none. */
  readonly batch: string | null;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly team: string | null;
  readonly environment: string | null;
  /** See `canonicalTags`: a name's own value, else its ancestors', else the resource's. */
  readonly tags: string | null;
  /** The hold of money that the work is paid from. */
  readonly reservation: string | null;
  /** True when no pipeline, run, batch or step was named anywhere: an ordinary trace, not a pipeline's. */
  readonly weak: boolean;
  /** True when the topmost known ancestor has no parent; false while a root is still to come. */
  readonly rooted: boolean;
}

/** What a span hands down to its children. */
export interface Context {
  readonly attribute: OwnIdentity;
  readonly resource: OwnIdentity;
  readonly attempts: AttemptContext | null;
  /** `service.name` of the topmost known ancestor: the pipeline's name where nobody gives a better one; null: one is given. */
  readonly weakPipeline: string | null;
  readonly identity: Identity;
}

export interface ContextInput {
  readonly own: OwnIdentity | null;
  readonly resource: OwnIdentity | null;
  /** The parent's context; null when the span is the topmost known one. */
  readonly parent: Context | null;
  readonly serviceName: string;
  readonly traceId: string;
  /** Hex id of the parent span, '' for a root. */
  readonly parentSpanId: string;
  readonly name: string;
}

export const NO_IDENTITY: OwnIdentity = {
  pipeline: null,
  run: null,
  batch: null,
  partition: null,
  nominalTime: null,
  step: null,
  attempt: null,
  operation: null,
  resendAttempt: null,
  team: null,
  environment: null,
  tags: null,
  reservation: null,
};

/** The context of a span from its own words and its parent's context. */
export function deriveContext(input: ContextInput): Context {
  const { parent } = input;
  const own = input.own ?? NO_IDENTITY;
  const resourceOwn = input.resource ?? NO_IDENTITY;
  if (parent && own === NO_IDENTITY && sameWords(resourceOwn, parent.resource)) return parent;

  const floor = highestLevel(own);
  const resends = parent?.attempts ? null : own.resendAttempt;
  const inherited = inherit(own, parent?.attribute ?? NO_IDENTITY, floor);
  const attribute =
    resends !== null && inherited.attempt === null ? { ...inherited, attempt: resends } : inherited;
  const resource = inherit(
    resourceOwn,
    parent?.resource ?? NO_IDENTITY,
    Math.min(floor, highestLevel(resourceOwn)),
  );
  const pipeline = attribute.pipeline ?? resource.pipeline;
  const run = attribute.run ?? resource.run;
  const weakPipeline = parent?.weakPipeline ?? input.serviceName;
  const number = own.attempt ?? resends;
  const batch =
    attribute.batch ??
    resource.batch ??
    attribute.partition ??
    resource.partition ??
    attribute.nominalTime ??
    resource.nominalTime;
  const step = attribute.step ?? resource.step;
  const identity: Identity = {
    pipeline: pipeline ?? weakPipeline,
    run: run ?? input.traceId,
    batch,
    step,
    attempt: attribute.attempt ?? resource.attempt,
    team: attribute.team ?? resource.team,
    environment: attribute.environment ?? resource.environment,
    tags: inheritTags(attribute.tags, resource.tags),
    reservation: attribute.reservation ?? resource.reservation,
    weak: pipeline === null && run === null && batch === null && step === null,
    rooted: parent ? parent.identity.rooted : input.parentSpanId === '',
  };
  return {
    attribute,
    resource,
    attempts: enclosingAttempts(input, identity, number),
    // A name that is given stands for all below: it is nothing to them what the topmost one's service is.
    weakPipeline: pipeline === null ? weakPipeline : null,
    identity,
  };
}

/**
 * At which levels a span begins something new; `parent` null: the topmost known span begins its run. `leavesBatch`: work
 * of the run outside of the batch around it.
 */
export function boundaries(
  own: Context,
  parent: Context | null,
): {
  readonly run: boolean;
  readonly batch: boolean;
  readonly step: boolean;
  readonly attempt: boolean;
  readonly leavesBatch: boolean;
} {
  const a = own.identity;
  const b = parent?.identity;
  const run = !b || a.run !== b.run || a.pipeline !== b.pipeline;
  const batch = a.batch !== null && (run || a.batch !== b.batch);
  const step = a.step !== null && (run || batch || a.step !== b.step);
  const attempt = own.attempts !== null && own.attempts.attemptKey !== parent?.attempts?.attemptKey;
  const leavesBatch = !run && a.batch === null && b?.batch !== null;
  return { run, batch, step, attempt, leavesBatch };
}

/** The words of a span or resource; null when it says nothing of identity. */
export function ownIdentity(facts: FactSet): OwnIdentity | null {
  if ((facts.groups & FACT_GROUP.identity) === 0) return null;
  const resend = facts.count('resendCount');
  return {
    pipeline: nameOf(facts, 'pipeline'),
    run: nameOf(facts, 'run'),
    batch: nameOf(facts, 'batch'),
    partition: nameOf(facts, 'partition'),
    nominalTime: nameOf(facts, 'nominalTime'),
    step: nameOf(facts, 'step'),
    attempt: positive(facts.count('attempt')),
    operation: nameOf(facts, 'operationId'),
    resendAttempt: resend === null ? null : resend + 1,
    team: nameOf(facts, 'team'),
    environment: nameOf(facts, 'environment'),
    tags: facts.tags(),
    reservation: nameOf(facts, 'reservation'),
  };
}

const LEVEL_NONE = 5;

/** The widest level that is set: 0 pipeline … 4 attempt, 5 none. */
function highestLevel(own: OwnIdentity): number {
  if (own.pipeline !== null) return 0;
  if (own.run !== null) return 1;
  if (own.batch !== null || own.partition !== null || own.nominalTime !== null) return 2;
  if (own.step !== null) return 3;
  if (own.attempt !== null) return 4;
  return LEVEL_NONE;
}

function inherit(own: OwnIdentity, parent: OwnIdentity, floor: number): OwnIdentity {
  if (parent === NO_IDENTITY) return own;
  const at = (level: number): boolean => level <= floor;
  return {
    pipeline: own.pipeline ?? parent.pipeline,
    run: own.run ?? (at(1) ? parent.run : null),
    batch: own.batch ?? (at(2) ? parent.batch : null),
    partition: own.partition ?? (at(2) ? parent.partition : null),
    nominalTime: own.nominalTime ?? (at(2) ? parent.nominalTime : null),
    step: own.step ?? (at(3) ? parent.step : null),
    attempt: own.attempt ?? (at(4) ? parent.attempt : null),
    operation: own.operation,
    resendAttempt: own.resendAttempt,
    team: own.team ?? parent.team,
    environment: own.environment ?? parent.environment,
    tags: inheritTags(own.tags, parent.tags),
    reservation: own.reservation ?? parent.reservation,
  };
}

function enclosingAttempts(
  input: ContextInput,
  identity: Identity,
  number: number | null,
): AttemptContext | null {
  const outer = input.parent?.attempts ?? null;
  if (number === null) return outer;
  const operation = input.own?.operation ?? null;
  const operationKey = hash64(
    operation === null
      ? JSON.stringify([identity.run, identity.step, input.traceId, input.parentSpanId, input.name])
      : JSON.stringify([identity.pipeline, identity.run, operation]),
  );
  // Collectors repeat the attempt's keys on the spans inside it: that is the same attempt, not one within it.
  if (outer && outer.operationKey === operationKey && outer.number === number) return outer;
  const attemptKey = hash64(`${operationKey}#${number}`);
  return { operationKey, number, attemptKey, outerAttemptKey: outer?.attemptKey ?? null };
}

/** Longer names are cut: they key the tables and maps of everything above. */
const NAME_LENGTH_MAX = 1_024;

const nameOf = (facts: FactSet, fact: Fact): string | null =>
  facts.text(fact)?.slice(0, NAME_LENGTH_MAX).toWellFormed() ?? null;

function positive(number: number | null): number | null {
  return number !== null && number > 0 ? number : null;
}

/** Whether two contexts are the same to their span and to all below it. */
export function sameContext(a: Context, b: Context): boolean {
  return (
    a === b ||
    (a.weakPipeline === b.weakPipeline &&
      a.attempts?.attemptKey === b.attempts?.attemptKey &&
      a.attempts?.outerAttemptKey === b.attempts?.outerAttemptKey &&
      sameIdentity(a.identity, b.identity) &&
      sameWords(a.attribute, b.attribute) &&
      sameWords(a.resource, b.resource))
  );
}

function sameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.pipeline === b.pipeline &&
    a.run === b.run &&
    a.batch === b.batch &&
    a.step === b.step &&
    a.attempt === b.attempt &&
    a.team === b.team &&
    a.environment === b.environment &&
    a.tags === b.tags &&
    a.reservation === b.reservation &&
    a.weak === b.weak &&
    a.rooted === b.rooted
  );
}

/** Whether two say the same. */
export function sameWords(a: OwnIdentity, b: OwnIdentity): boolean {
  return (
    a === b ||
    (a.pipeline === b.pipeline &&
      a.run === b.run &&
      a.batch === b.batch &&
      a.partition === b.partition &&
      a.nominalTime === b.nominalTime &&
      a.step === b.step &&
      a.attempt === b.attempt &&
      a.operation === b.operation &&
      a.resendAttempt === b.resendAttempt &&
      a.team === b.team &&
      a.environment === b.environment &&
      a.tags === b.tags &&
      a.reservation === b.reservation)
  );
}
