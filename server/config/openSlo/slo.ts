/** From an OpenSLO document to the SLOs that it defines: one for each objective. */
import { pairName } from '@burnbook/domain/slo/windowPairs';
import { formatLength } from '@burnbook/domain/slo/minutes';
import { DAY_NS } from '@burnbook/domain/time';
import type { Slo, SloWindow } from '@burnbook/domain/slo/slo';
import { readLength, readWindow } from './duration.js';
import { indicatorIdOf, pipelinesOf, readIndicator, type IndicatorSource } from './indicator.js';
import type { OpenSloObject, OpenSloObjects, Place } from './objects.js';
import { readPolicies } from './policy.js';
import type { Metadata, ObjectiveSpec } from './schema.js';

const PPB = 1_000_000_000;
/** Below it the budget is most of everything, and no factor from 1 on would tell anything. */
const TARGET_MIN_PPB = PPB / 10;
const PREFIX = 'burnbook/';
const RUNBOOK = 'burnbook/runbook';
const OWNER = 'burnbook/owner';

export interface SloContext {
  readonly objects: OpenSloObjects;
  /** Names of alerts, each of which has a runbook. */
  readonly runbooks: readonly string[];
  /** Names of `notify.yaml`; null: not known. */
  readonly destinations: readonly string[] | null;
  /** What `pipelines.yaml` says; `scheduled`: it has a schedule. */
  readonly pipelines: ReadonlyMap<string, { readonly owner?: string; readonly scheduled: boolean }>;
  /** A schedule is proposed with the SLO, for whichever pipeline. */
  readonly isScheduleProposed?: boolean;
  /** Of several objectives the one whose SLO has this name; all unless said. */
  readonly only?: string;
}

export function readSlo(object: OpenSloObject<'SLO'>, context: SloContext): Slo[] {
  const { spec, place } = object;
  const at = place.at('spec');
  if (isComposite(spec.objectives, at.at('objectives'))) return [];
  const source = indicatorSource(object, context.objects);
  const [said] = spec.timeWindow;
  const window = said ? readWindow(said, at.at('timeWindow', 0)) : null;
  const annotations = readAnnotations(object, context);
  if (spec.objectives.length > 1 && source?.spec.thresholdMetric) {
    at.at('objectives', 1).refuse('an SLO of a thresholdMetric has one objective');
  }
  const names = objectiveNames(object);
  return spec.objectives.flatMap((objective, index) => {
    const objectivePlace = at.at('objectives', index);
    const name = names[index] ?? object.metadata.name;
    if (context.only !== undefined && context.only !== name) return [];
    const targetPpb = readTarget(objective, objectivePlace);
    const indicator = source && readIndicator(source, { spec: objective, place: objectivePlace });
    const slice = readSlice(spec.budgetingMethod, objective, objectivePlace);
    if (!indicator || !window || targetPpb === null || slice === undefined) return [];
    if (!suits(indicator, { method: spec.budgetingMethod, place: at, context })) return [];
    const policies = readPolicies(
      spec.alertPolicies,
      { name, window, targetPpb, slice, indicator },
      {
        place: at.at('alertPolicies'),
        objects: context.objects,
        destinations: context.destinations,
      },
    );
    const pipelines = pipelinesOf(indicator);
    const slo: Slo = {
      name,
      displayName: displayName(object.metadata, objective, spec.objectives.length),
      service: spec.service,
      description: spec.description ?? '',
      indicatorId: indicatorIdOf(indicator),
      indicator,
      method: spec.budgetingMethod,
      target: targetPpb / PPB,
      targetPpb,
      slice,
      window,
      policies,
      pipelines,
      owner: annotations.owner ?? ownerOf(pipelines, context),
      runbook: annotations.runbook,
      labels: labelsOf(object.metadata),
      file: place.document.file,
      line: place.line,
    };
    return slicesFit(slo, objectivePlace) ? [slo] : [];
  });
}

/** Whether objectives have indicators of their own; told as a fault. */
function isComposite(objectives: readonly ObjectiveSpec[], place: Place): boolean {
  const keys = ['indicator', 'indicatorRef', 'compositeWeight'] as const;
  const found = objectives.flatMap((objective, index) =>
    keys.filter((key) => objective[key] !== undefined).map((key) => place.at(index, key)),
  );
  for (const each of found) {
    each.refuse('composite SLOs are not supported: write an SLO for each indicator');
  }
  return found.length > 0;
}

function indicatorSource(
  { spec, place }: OpenSloObject<'SLO'>,
  objects: OpenSloObjects,
): IndicatorSource | null {
  const at = place.at('spec');
  if ((spec.indicator === undefined) === (spec.indicatorRef === undefined)) {
    at.refuse('must have an indicator or an indicatorRef');
    return null;
  }
  if (spec.indicator) return { spec: spec.indicator.spec, place: at.at('indicator', 'spec') };
  const found = objects.find('SLI', spec.indicatorRef ?? '', at.at('indicatorRef'));
  return found && { spec: found.spec, place: found.place.at('spec') };
}

/** Billionths, exactly what the file says. */
function readTarget({ target, targetPercent }: ObjectiveSpec, place: Place): number | null {
  if ((target === undefined) === (targetPercent === undefined)) {
    place.refuse('must have a target or a targetPercent');
    return null;
  }
  const at = place.at(target === undefined ? 'targetPercent' : 'target');
  const exact = target === undefined ? (targetPercent ?? 0) * 1e7 : target * 1e9;
  const ppb = Math.round(exact);
  // What a double cannot hold of a share near 1 is far below this.
  if (Math.abs(exact - ppb) > 1e-4) {
    at.refuse('must have at most nine decimals as a share');
    return null;
  }
  if (ppb < TARGET_MIN_PPB || ppb >= PPB) {
    at.refuse(
      target === undefined
        ? 'must be at least 10 and under 100 percent'
        : 'must be at least 0.1 and under 1, such as 0.999',
    );
    return null;
  }
  return ppb;
}

/** @returns null: the method has none; undefined: it is wrong. */
function readSlice(
  method: Slo['method'],
  { timeSliceTarget, timeSliceWindow }: ObjectiveSpec,
  place: Place,
): Slo['slice'] | undefined {
  if (method === 'Occurrences') {
    for (const key of ['timeSliceTarget', 'timeSliceWindow'] as const) {
      if ({ timeSliceTarget, timeSliceWindow }[key] !== undefined) {
        place.at(key).refuse('is for Timeslices and RatioTimeslices');
        return undefined;
      }
    }
    return null;
  }
  if (timeSliceWindow === undefined) {
    place.refuse(`${method} needs a timeSliceWindow, such as 1m`);
    return undefined;
  }
  if (method === 'Timeslices' && timeSliceTarget === undefined) {
    place.refuse('Timeslices needs a timeSliceTarget: the share of good that makes a slice good');
    return undefined;
  }
  const at = place.at('timeSliceWindow');
  const lengthNs = readLength(
    typeof timeSliceWindow === 'number' ? `${timeSliceWindow}m` : timeSliceWindow,
    at,
  );
  if (lengthNs === null) return undefined;
  if (DAY_NS % lengthNs !== 0n) {
    at.refuse('must divide a day into whole slices');
    return undefined;
  }
  return { target: timeSliceTarget ?? 1, lengthNs };
}

function suits(
  indicator: Slo['indicator'],
  {
    method,
    place,
    context,
  }: { readonly method: Slo['method']; readonly place: Place; readonly context: SloContext },
): boolean {
  if (indicator.kind !== 'deadline') return true;
  if (method !== 'Occurrences') {
    place.at('budgetingMethod').refuse('an SLO of a deadline counts Occurrences');
    return false;
  }
  const { pipelines, isScheduleProposed = false } = context;
  if (isScheduleProposed || pipelines.get(indicator.pipeline)?.scheduled) return true;
  place
    .at('indicator')
    .refuse(`the pipeline ${indicator.pipeline} has no schedule in pipelines.yaml`);
  return false;
}

/** Windows that are shorter than a slice would see none, or always the same. */
function slicesFit({ slice, policies, window }: Slo, place: Place): boolean {
  if (!slice) return true;
  const pair = policies
    .flatMap(({ pairs }) => pairs)
    .find(({ shortNs }) => shortNs < slice.lengthNs);
  if (!pair && lengthOf(window) >= slice.lengthNs) return true;
  place
    .at('timeSliceWindow')
    .refuse(
      pair
        ? `is longer than the short window of ${pairName(pair)}: at most ${formatLength(pair.shortNs)}`
        : 'is longer than the period',
    );
  return false;
}

const lengthOf = (window: SloWindow): bigint =>
  window.kind === 'rolling' ? window.durationNs : DAY_NS;

function readAnnotations(
  { metadata, place }: OpenSloObject<'SLO'>,
  { runbooks }: SloContext,
): { owner: string | null; runbook: string | null } {
  const annotations = metadata.annotations ?? {};
  const at = place.at('metadata', 'annotations');
  for (const key of Object.keys(annotations)) {
    if (key.startsWith(PREFIX) && key !== RUNBOOK && key !== OWNER) {
      at.at(key).refuse(`there is no such annotation; there are ${RUNBOOK} and ${OWNER}`);
    }
  }
  const runbook = annotations[RUNBOOK] ?? null;
  if (runbook !== null && !runbooks.includes(runbook)) {
    at.at(RUNBOOK).refuse(`there is no runbook ${runbook}; there are ${runbooks.join(', ')}`);
  }
  return { owner: annotations[OWNER] ?? null, runbook };
}

/** One objective has the SLO's name, more are told apart by what they are called. */
export function objectiveNames({ metadata, spec, place }: OpenSloObject<'SLO'>): string[] {
  if (spec.objectives.length === 1) return [metadata.name];
  const names = spec.objectives.map(({ displayName: said }, index) => {
    const slug = (said ?? '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    return `${metadata.name}.${slug || String(index + 1)}`;
  });
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) {
      place
        .at('spec', 'objectives', index, 'displayName')
        .refuse('is that of another objective, too');
    }
  });
  return names;
}

function displayName(
  { name, displayName: said }: Metadata,
  objective: ObjectiveSpec,
  objectives: number,
): string {
  const own = said ?? name;
  return objectives > 1 && objective.displayName ? `${own}: ${objective.displayName}` : own;
}

const labelsOf = ({ labels }: Metadata): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels ?? {}).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );

function ownerOf(names: readonly string[], { pipelines }: SloContext): string | null {
  const owners = new Set(names.map((name) => pipelines.get(name)?.owner));
  const [owner] = owners;
  return owners.size === 1 ? (owner ?? null) : null;
}
