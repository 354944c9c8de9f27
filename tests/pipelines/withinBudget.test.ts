import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCollector, pipeline, type Collector } from '@burnbook/collectors';
import {
  tokensAtMost,
  withinBudget,
  type SpendPolicy,
} from '../../pipelines/batch/withinBudget.js';
import { ReservationDesk } from '../support/reservationDesk.js';

const WREN = { id: 'wren', scope: { model: 'wren' }, period: 'month', hardLimit: true };
/** A cent. */
const tokens = { input: 0, output: 1_000_000 };

let desk: ReservationDesk;
let collector: Collector;

beforeEach(async () => {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  desk = await ReservationDesk.open(nowNs, { ...WREN, amountUsd: '0.01' });
  collector = createCollector({ endpoint: desk.server.url, exportIntervalMs: 20 });
});

afterEach(async () => {
  await collector.shutdown();
  await desk.server.close();
});

/** Runs a step that asks for a cent of `wren`. @returns the models that it worked with. */
async function work(policy: SpendPolicy | undefined, mayDowngrade = true): Promise<string[]> {
  const models: string[] = [];
  const wish = { provider: 'testai', model: 'wren', tokens, mayDowngrade };
  await pipeline('mail-etl', { collector }).run({ batch: 'b' }, ({ signal }) =>
    withinBudget({ ...wish, signal }, policy, async (model) => {
      models.push(model);
    }),
  );
  return models;
}

/** Somebody else holds all there is. */
const hold = () => desk.granted({ amountUsd: '0.01', model: 'wren', provider: 'testai' });

describe('a step that asks for money before it spends', () => {
  test('works when there is room, and asks nobody without a policy', async () => {
    expect(await work(undefined)).toEqual(['wren']);
    expect(await desk.list()).toEqual([]);
    expect(await work({ onRefusal: 'fail' })).toEqual(['wren']);
    expect(await desk.list()).toMatchObject([{ amountUsd: '0.01', state: 'released' }]);
  });

  test('fails when it is refused, if so told', async () => {
    await hold();
    await expect(work({ onRefusal: 'fail' })).rejects.toMatchObject({ budget: 'wren' });
  });

  test('takes the cheaper model when it is refused, if so told and if another model is of use', async () => {
    await hold();
    const policy: SpendPolicy = { onRefusal: 'downgrade', cheaperModel: 'wren-mini' };
    expect(await work(policy)).toEqual(['wren-mini']);
    await expect(work(policy, false)).rejects.toMatchObject({ budget: 'wren' });
  });

  test('pauses until there is room, if so told', async () => {
    const { id } = await hold();
    const paused = work({ onRefusal: 'pause', lookAgainMs: 20 });
    setTimeout(() => void desk.release(id), 200);
    expect(await paused).toEqual(['wren']);
  });

  test('pauses no longer than it may', async () => {
    await hold();
    const policy: SpendPolicy = { onRefusal: 'pause', pauseMsMax: 100, lookAgainMs: 20 };
    await expect(work(policy)).rejects.toMatchObject({ reason: 'exhausted' });
  });
});

test('tokens of a text are rather too many than too few', () => {
  expect(tokensAtMost(['four', 'odd'])).toBe(4);
});
