/** Who is told of an SLO's alerts where its policies say so, and not the file of destinations. */
import type { AlertDetails } from '../alert/alert.js';
import type { AlertPolicy, Slo } from './slo.js';
import { pairName } from './windowPairs.js';

/**
 * Of a pair of windows those of its own policy; of what is no pair's those of all policies together.
 * @returns nothing where one of these policies names none: then whoever takes the severity is told, too.
 */
export function policyDestinations(
  slos: readonly Pick<Slo, 'policies'>[],
  pair: string | null,
): Pick<AlertDetails, 'destinations'> {
  const policies = slos
    .flatMap((slo) => slo.policies)
    .filter((policy) => pair === null || hasPair(policy, pair));
  const named = policies.map(({ destinations }) => destinations);
  return named.length === 0 || named.some((names) => names.length === 0)
    ? {}
    : { destinations: [...new Set(named.flat())] };
}

const hasPair = ({ pairs }: AlertPolicy, name: string): boolean =>
  pairs.some((pair) => pairName(pair) === name);
