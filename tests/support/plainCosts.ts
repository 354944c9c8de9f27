/** Sums over the lines of the plain reading, in the form of the API. */
import { formatUsd } from '@burnbook/domain/money';
import type { PlainLine } from './plainReading.js';

/** Money and counted calls by group. */
export function plainCosts(
  lines: readonly PlainLine[],
  groupBy: 'pipeline' | 'step',
): Map<string | null, unknown> {
  const counted = lines.filter(({ excluded }) => excluded === null);
  const keys = new Set(counted.map((line) => line[groupBy]));
  return new Map(
    [...keys].map((key) => {
      const all = counted.filter((line) => line[groupBy] === key);
      const usd = (counts: (line: PlainLine) => boolean): string =>
        formatUsd(
          all.filter(counts).reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0n), 0n),
        );
      return [
        key,
        {
          totalUsd: usd(() => true),
          computeUsd: usd(({ kind }) => kind === 'compute'),
          modelUsd: usd(({ kind }) => kind === 'model'),
          retryWasteUsd: usd(({ retryWaste }) => retryWaste),
          failureCostUsd: usd(({ failureCost }) => failureCost),
          unpricedCalls: all.filter(({ costNanoUsd }) => costNanoUsd === null).length,
          modelCalls: all.filter(({ kind }) => kind === 'model').length,
        },
      ];
    }),
  );
}
