/** From an AlertPolicy to pairs of windows and destinations. */
import type { AlertPolicy, Slo, WindowPair } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import { pairName, pairProblem, shortNsOf, standardPairs } from '@burnbook/domain/slo/windowPairs';
import { readLength } from './duration.js';
import type { OpenSloObjects, Place } from './objects.js';
import type { SpecOf } from './schema.js';

type JudgedSlo = Pick<Slo, 'name' | 'window' | 'targetPpb' | 'slice' | 'indicator'>;

const KEY_OF = { factor: 'threshold', longNs: 'lookbackWindow', shortNs: 'alertAfter' } as const;
const LONG_MIN_NS = 5n * MINUTE_NS;

/** The policies of an SLO; one without any has the standard four pairs. */
export function readPolicies(
  said: SpecOf<'SLO'>['alertPolicies'],
  slo: JudgedSlo,
  {
    place,
    objects,
    destinations,
  }: {
    readonly place: Place;
    readonly objects: OpenSloObjects;
    /** Those that there are; null: not known. */
    readonly destinations: readonly string[] | null;
  },
): AlertPolicy[] {
  const context = { slo, objects, destinations };
  const policies = (said ?? []).flatMap((entry, index) => {
    const at = place.at(index);
    if (typeof entry === 'object' && 'spec' in entry) {
      return readPolicy(entry.metadata.name, entry.spec, { ...context, place: at.at('spec') });
    }
    const name = typeof entry === 'string' ? entry : entry.alertPolicyRef;
    const asker = typeof entry === 'string' ? at : at.at('alertPolicyRef');
    const found = objects.find('AlertPolicy', name, asker);
    return found ? readPolicy(name, found.spec, { ...context, place: found.place.at('spec') }) : [];
  });
  refuseTwice(policies, place);
  return policies.length > 0 || (said ?? []).length > 0
    ? policies
    : [{ name: 'standard', pairs: pairsByDefault(slo), destinations: [] }];
}

interface PolicyContext {
  readonly slo: JudgedSlo;
  readonly objects: OpenSloObjects;
  readonly destinations: readonly string[] | null;
  readonly place: Place;
}

function readPolicy(
  name: string,
  spec: SpecOf<'AlertPolicy'>,
  context: PolicyContext,
): AlertPolicy {
  refuseSwitches(spec, context.place);
  const { slo, place } = context;
  const conditions = spec.conditions ?? [];
  if (conditions.length > 0 && slo.indicator.kind === 'deadline') {
    place
      .at('conditions')
      .refuse('an SLO of occurrences alerts on each verdict, not on windows: leave conditions out');
    return { name, pairs: [], destinations: [] };
  }
  const pairs = conditions.flatMap((entry, index) => {
    const at = place.at('conditions', index);
    const condition =
      'spec' in entry
        ? { spec: entry.spec, place: at.at('spec') }
        : foundCondition(entry.conditionRef, at, context);
    return condition ? (readPair(condition.spec, condition.place, slo) ?? []) : [];
  });
  return {
    name,
    pairs: conditions.length > 0 ? pairs : pairsByDefault(slo),
    destinations: destinationsOf(spec, context),
  };
}

/** An SLO of occurrences has no windows on the clock. */
const pairsByDefault = (slo: JudgedSlo): WindowPair[] =>
  slo.indicator.kind === 'deadline' ? [] : standardPairs(slo);

function foundCondition(
  name: string,
  at: Place,
  { objects }: PolicyContext,
): { spec: SpecOf<'AlertCondition'>; place: Place } | null {
  const found = objects.find('AlertCondition', name, at.at('conditionRef'));
  return found && { spec: found.spec, place: found.place.at('spec') };
}

function readPair(
  { severity, condition }: SpecOf<'AlertCondition'>,
  place: Place,
  slo: JudgedSlo,
): WindowPair | null {
  const at = place.at('condition');
  if (severity !== 'page' && severity !== 'ticket') {
    place.at('severity').refuse(`${JSON.stringify(severity)} is not supported: page or ticket`);
    return null;
  }
  if (condition.kind !== 'burnrate') {
    at.at('kind').refuse(`${JSON.stringify(condition.kind)} is not supported: burnrate`);
    return null;
  }
  if (condition.op !== 'gt' && condition.op !== 'gte') {
    at.at('op').refuse(`${condition.op} would alert while little burns: write gt or gte`);
    return null;
  }
  const longNs = readLength(condition.lookbackWindow, at.at('lookbackWindow'));
  const shortNs = shortOf(condition.alertAfter, longNs, at.at('alertAfter'));
  if (longNs === null || shortNs === null) return null;
  if (longNs < LONG_MIN_NS) {
    at.at('lookbackWindow').refuse('must be at least 5m');
    return null;
  }
  const pair: WindowPair = {
    severity,
    longNs,
    shortNs,
    factor: condition.threshold,
    ...(condition.op === 'gte' ? { op: 'gte' as const } : {}),
  };
  const problem = pairProblem(pair, slo);
  if (problem) {
    at.at(KEY_OF[problem.part]).refuse(`${problem.why} (SLO ${slo.name})`);
    return null;
  }
  return pair;
}

/** What OpenSLO calls alertAfter is the short window here: the burn must be as high within it too. */
function shortOf(said: string | undefined, longNs: bigint | null, place: Place): bigint | null {
  if (said !== undefined && !/^0[smhdw]$/.test(said)) return readLength(said, place);
  return longNs === null ? null : shortNsOf(longNs);
}

function destinationsOf(
  { notificationTargets }: SpecOf<'AlertPolicy'>,
  { objects, destinations, place }: PolicyContext,
): string[] {
  return (notificationTargets ?? []).flatMap((entry, index) => {
    const at = place.at('notificationTargets', index);
    const target =
      'spec' in entry
        ? { spec: entry.spec, place: at.at('spec') }
        : objects.find('AlertNotificationTarget', entry.targetRef, at.at('targetRef'));
    if (!target) return [];
    const name = target.spec.target;
    if (destinations?.includes(name) === false) {
      const known = destinations.length > 0 ? `; there are ${destinations.join(', ')}` : '';
      const where = 'spec' in entry ? target.place : target.place.at('spec');
      where.at('target').refuse(`notify.yaml has no destination ${name}${known}`);
    }
    return name;
  });
}

/** What a policy may not switch off, since nobody would know. */
function refuseSwitches(spec: SpecOf<'AlertPolicy'>, place: Place): void {
  const why = {
    alertWhenBreaching: 'a policy that does not alert is none: leave it out',
    alertWhenResolved: 'who is told of an alert is told of its end',
    alertWhenNoData: 'missing data is never silent: TelemetryMissing tells of it',
  };
  for (const [key, reason] of Object.entries(why) as [keyof typeof why, string][]) {
    if (spec[key] === false) place.at(key).refuse(`false is not supported: ${reason}`);
  }
}

function refuseTwice(policies: readonly AlertPolicy[], place: Place): void {
  const seen = new Set<string>();
  for (const name of policies.flatMap(({ pairs }) => pairs.map(pairName))) {
    if (seen.has(name)) place.refuse(`two conditions have the windows of ${name}`);
    seen.add(name);
  }
}
