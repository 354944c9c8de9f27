import { afterEach, describe, expect, test } from 'vitest';
import { parseTime } from '@burnbook/domain/time';
import type { BudgetsFile } from '../../server/config/budgetsFile.js';
import { budgetsSchema as budgetsFileSchema } from '../../server/config/budgetsFile.js';
import {
  auditEntrySchema,
  budgetDetailSchema,
  budgetHistorySchema,
  budgetsSchema,
  listOf,
  overviewSchema,
  type Budget,
} from '../../server/contract.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const DAY_NS = 86_400_000_000_000n;
const HOUR_NS = 3_600_000_000_000n;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const at = (text: string): bigint => {
  const ns = parseTime(text);
  if (ns === null) throw new Error(`not a time: ${text}`);
  return ns;
};

const file = (...budgets: object[]): BudgetsFile => budgetsFileSchema.parse({ budgets });

async function started(nowNs: bigint, ...budgets: object[]): Promise<TestServer> {
  server = await startTestServer({ config: { ...TEST_CONFIG, budgets: file(...budgets) }, nowNs });
  return server;
}

interface Call {
  readonly atNs: bigint;
  /** Each costs 10 nano-USD. */
  readonly tokens: number;
  readonly model?: string;
  readonly pipeline?: string;
  readonly more?: Record<string, string>;
}

async function spend(to: TestServer, ...calls: Call[]): Promise<void> {
  await to.send(
    calls.map(({ atNs, tokens, model = 'wren', pipeline = 'mail-etl', more = {} }) =>
      new TraceMaker({ startNs: atNs, common: { 'pipeline.name': pipeline } }).span({
        attributes: chat(model, { input: 0, output: tokens }, more),
      }),
    ),
  );
}

async function only(of: TestServer): Promise<Budget> {
  const { items } = await of.get('/api/budgets', budgetsSchema);
  const [budget] = items;
  if (!budget || items.length > 1) throw new Error(`${items.length} budgets, not one`);
  return budget;
}

const MONTH = {
  id: 'mail',
  scope: { pipeline: 'mail-etl' },
  period: 'month',
  timeZone: 'Europe/Berlin',
  amountUsd: '1',
  owner: 'data-platform',
};
const CENT = 1_000_000;

describe('a budget of a month', () => {
  test('says what was spent, what is left and how much of the time has passed', async () => {
    const here = await started(at('2026-04-16T00:00:00+02:00'), MONTH);
    await spend(
      here,
      { atNs: at('2026-04-10T12:00:00Z'), tokens: 20 * CENT },
      { atNs: at('2026-04-10T12:00:00Z'), tokens: 10 * CENT, pipeline: 'other' },
      { atNs: at('2026-03-31T21:59:59Z'), tokens: 5 * CENT },
    );
    const budget = await only(here);
    expect(budget).toMatchObject({
      id: 'mail',
      version: 1,
      state: 'ok',
      period: { kind: 'calendar', start: '2026-03-31T22:00:00Z', end: '2026-04-30T22:00:00Z' },
      spentUsd: '0.2',
      leftUsd: '0.8',
      overrunUsd: '0',
      share: 0.2,
      elapsed: 0.5,
      atLeast: false,
      alerts: [],
      owner: 'data-platform',
    });
  });
});
