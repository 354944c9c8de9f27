/** Budgets on a test server: definitions, calls that cost round figures, and what is asked back. */
import { parseTime } from '@burnbook/domain/time';
import type { Config } from '../../server/config/config.js';
import {
  budgetsSchema as budgetsFileSchema,
  type BudgetsFile,
} from '../../server/config/budgetsFile.js';
import { budgetsSchema, type Budget } from '../../server/contract.js';
import { TEST_CONFIG } from './testConfig.js';
import type { TestServer } from './testServer.js';
import { chat, TraceMaker } from './traceMaker.js';

/** Tokens that cost a cent. */
export const CENT = 1_000_000;

export const MONTH = {
  id: 'mail',
  scope: { pipeline: 'mail-etl' },
  period: 'month',
  timeZone: 'Europe/Berlin',
  amountUsd: '1',
  owner: 'data-platform',
};

/** @throws Error when the text is no RFC 3339. */
export function at(text: string): bigint {
  const ns = parseTime(text);
  if (ns === null) throw new Error(`not a time: ${text}`);
  return ns;
}

/** Entries as `budgets.yaml` has them. */
export function configOf(...budgets: object[]): Config & { readonly budgets: BudgetsFile } {
  return { ...TEST_CONFIG, budgets: budgetsFileSchema.parse({ budgets }) };
}

export interface Call {
  readonly at: string | bigint;
  /** Each costs 10 nano-USD. */
  readonly tokens: number;
  readonly model?: string;
  readonly pipeline?: string;
  readonly more?: Readonly<Record<string, string>>;
}

export async function spend(to: TestServer, ...calls: Call[]): Promise<void> {
  await to.send(
    calls.map(({ at: when, tokens, model = 'wren', pipeline = 'mail-etl', more = {} }) =>
      new TraceMaker({
        startNs: typeof when === 'string' ? at(when) : when,
        common: { 'pipeline.name': pipeline },
      }).span({ attributes: chat(model, { input: 0, output: tokens }, more) }),
    ),
  );
}

export async function only(of: TestServer): Promise<Budget> {
  const { items } = await of.get('/api/budgets', budgetsSchema);
  const [budget] = items;
  if (!budget || items.length > 1) throw new Error(`${items.length} budgets, not one`);
  return budget;
}
