/** Compute rates from the configuration, as versions that lines are pinned to. */
import { createHash } from 'node:crypto';
import { parseUsdPerUnit } from '@burnbook/domain/money';
import type { ComputeRate } from '@burnbook/domain/price';

/** As in `pipelines.yaml`: decimal US dollars as text. */
export interface ComputeRateEntry {
  readonly cpuSecondUsd: string;
  readonly memoryGbSecondUsd: string;
  readonly source: string;
}

interface RatesFile {
  readonly computeRates?: ComputeRateEntry | undefined;
  readonly pipelines?:
    | readonly { readonly name: string; readonly computeRates?: ComputeRateEntry | undefined }[]
    | null
    | undefined;
}

function computeRate(entry: ComputeRateEntry): ComputeRate {
  const id = createHash('sha256')
    .update(JSON.stringify([entry.cpuSecondUsd, entry.memoryGbSecondUsd, entry.source]))
    .digest('hex')
    .slice(0, 16);
  return {
    id,
    perMillionCpuSeconds: parseUsdPerUnit(entry.cpuSecondUsd),
    perMillionGbSeconds: parseUsdPerUnit(entry.memoryGbSecondUsd),
    source: `pipelines.yaml: ${entry.source}`,
  };
}

/** Rates of `pipelines.yaml`: each pipeline's own, and everybody else's. */
export function computeRatesOf({ computeRates, pipelines }: RatesFile): {
  fallback: ComputeRate | null;
  byPipeline: (readonly [pipeline: string, rate: ComputeRate])[];
} {
  return {
    fallback: computeRates ? computeRate(computeRates) : null,
    byPipeline: (pipelines ?? []).flatMap(({ name, computeRates: own }) =>
      own ? [[name, computeRate(own)] as const] : [],
    ),
  };
}
