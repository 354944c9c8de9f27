/** What changed between a range and the one that it is compared with. */
import { waterfall, type ModelPeriod, type Waterfall } from '@burnbook/domain/waterfall';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { previousBounds, type CostScope } from './costs.js';
import { factBounds, type Comparison } from './timeRange.js';

export interface CostChange {
  readonly waterfall: Waterfall;
  /** What `waterfall.models` names. */
  readonly names: ReadonlyMap<string, { provider: string | null; model: string | null }>;
  readonly before: PeriodFacts;
  readonly after: PeriodFacts;
}

export interface PeriodFacts {
  /** null: one of the batches, or there is none, tells no rows. */
  readonly rows: bigint | null;
  readonly unpriced: number;
}

export async function costChange(
  store: StoreClient,
  scope: CostScope,
  comparison: Comparison,
): Promise<CostChange> {
  const { range, filter } = scope;
  const rows = await store.query('cost_changes', {
    ...factBounds(range),
    ...previousBounds(comparison),
    ...filter.params,
  });
  const [before, after] = [1, 0].map((period) =>
    rows.filter((row) => Number(row['period']) === period),
  );
  const models = rows.filter((row) => row['kind'] === 'model');
  return {
    waterfall: waterfall(periodOf(before ?? []), periodOf(after ?? [])),
    names: new Map(models.map((row) => [nameOf(row), namesOf(row)])),
    before: factsOf(before ?? []),
    after: factsOf(after ?? []),
  };
}

const namesOf = (row: QueryRow) => ({
  provider: (row['provider'] ?? null) as string | null,
  model: (row['model'] ?? null) as string | null,
});
const nameOf = (row: QueryRow): string => JSON.stringify([row['provider'], row['model']]);

function periodOf(rows: readonly QueryRow[]) {
  const compute = rows.filter((row) => row['kind'] === 'compute');
  return {
    rows: factsOf(rows).rows,
    computeNano: compute.reduce((sum, row) => sum + (row['cost'] as bigint), 0n),
    models: new Map(
      rows
        .filter((row) => row['kind'] === 'model')
        .map((row): [string, ModelPeriod] => [
          nameOf(row),
          {
            costNano: row['cost'] as bigint,
            lostNano: row['lost'] as bigint,
            tokens: row['tokens'] as bigint,
            calls: row['lines'] as bigint,
          },
        ]),
    ),
  };
}

function factsOf(rows: readonly QueryRow[]): PeriodFacts {
  const told = rows.find((row) => row['what'] === 'rows');
  const isWhole = told !== undefined && Number(told['lines']) === 0;
  return {
    rows: isWhole ? ((told['tokens'] ?? null) as bigint | null) : null,
    unpriced: rows.reduce((sum, row) => sum + Number(row['unpriced'] ?? 0), 0),
  };
}
