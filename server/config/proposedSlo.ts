/** An SLO that is only proposed: whole, or the one that stands with another policy or indicator. */
import { alertNames } from '@burnbook/domain/alertNames';
import type { Slo } from '@burnbook/domain/slo/slo';
import { OpenSloObjects, type OpenSloObject } from './openSlo/objects.js';
import { objectiveNames, readSlo, type SloContext } from './openSlo/slo.js';
import type { SlosContext, SloText } from './slosFile.js';
import { ConfigError } from './yamlFile.js';

const FILE = 'proposed';

export interface Proposal {
  /** OpenSLO: an SLO, or policies, conditions and indicators for the one that stands. */
  readonly yaml: string;
  /** The SLO that it is for, or the one that is meant where several are proposed; null: not said. */
  readonly slo: string | null;
  /** The files that stand, which it may refer to. */
  readonly standing: readonly SloText[];
  readonly isScheduleProposed: boolean;
}

/** @throws ConfigError with a line for every fault. */
export function proposedSlo(
  { yaml, slo: wanted, standing, isScheduleProposed }: Proposal,
  { pipelines }: Pick<SlosContext, 'pipelines'>,
): Slo {
  const objects = new OpenSloObjects();
  objects.add(FILE, yaml);
  refuse(objects.faults);
  const said = objects.all('SLO');
  const policies = objects.all('AlertPolicy').map(({ metadata }) => metadata.name);
  const conditions = objects.all('AlertCondition').map(({ metadata }) => metadata.name);
  const hasMore = policies.length + conditions.length + objects.all('SLI').length > 0;
  for (const { file, text } of standing) objects.addStanding(file, text);
  const context: SloContext = {
    objects,
    pipelines,
    runbooks: alertNames,
    destinations: null,
    isScheduleProposed,
  };
  const found =
    said.length > 0 || !hasMore || wanted === null
      ? said.flatMap((object) => readSlo(object, context))
      : standingWith(wanted, { policies, context });
  refuse(objects.faults);
  const named = found.filter(({ name }) => name === wanted);
  const [one] = found.length === 1 ? found : named;
  if (one) return one;
  const wish =
    found.length > 1
      ? `defines ${found.length} SLOs: say with slo which of them is meant`
      : hasMore && wanted === null
        ? 'defines no SLO: say with slo whose it is to be'
        : 'must define one SLO, not 0';
  throw new ConfigError(wish);
}

/** The SLO that stands, with what is proposed in place of what it refers to; policies that it does not name replace its own. */
function standingWith(
  wanted: string,
  { policies, context }: { readonly policies: readonly string[]; readonly context: SloContext },
): Slo[] {
  const object = context.objects.all('SLO').find((each) => objectiveNames(each).includes(wanted));
  if (!object) return [];
  const named = (object.spec.alertPolicies ?? []).map(nameOf);
  const areItsOwn = policies.some((name) => named.includes(name));
  const changed =
    policies.length === 0 || areItsOwn
      ? object
      : { ...object, spec: { ...object.spec, alertPolicies: [...policies] } };
  return readSlo(changed, { ...context, only: wanted });
}

type SaidPolicy = NonNullable<OpenSloObject<'SLO'>['spec']['alertPolicies']>[number];

function nameOf(entry: SaidPolicy): string {
  if (typeof entry === 'string') return entry;
  return 'spec' in entry ? entry.metadata.name : entry.alertPolicyRef;
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigError([...new Set(faults)].join('\n'));
}
