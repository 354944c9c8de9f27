/**
 * The configuration folder: `pipelines.yaml`, `prices.yaml`, `budgets.yaml` and `notify.yaml`. A missing file is an empty one; a
 * wrong one stops the start with its file and line.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { NotifySettings } from '@burnbook/domain/notify/notifySettings';
import { amount, unitPrice } from './amounts.js';
import { budgetsSchema, type BudgetsFile } from './budgetsFile.js';
import { notifySchema, type Environment } from './notifyFile.js';
import { pricesSchema, type PricesFile } from './pricesFile.js';
import { ConfigError, parseYaml } from './yamlFile.js';

const computeRatesSchema = z.strictObject({
  cpuSecondUsd: unitPrice,
  memoryGbSecondUsd: unitPrice,
  source: z.string().min(1),
});

const pipelinesSchema = z.strictObject({
  computeRates: computeRatesSchema.optional(),
  /** When BatchCostAboveNormal fires; see `BatchCostRule`. */
  batchCostAboveNormal: z
    .strictObject({
      ratio: z.number().min(1.1, 'must be at least 1.1').optional(),
      minUsd: amount.optional(),
    })
    .optional(),
  pipelines: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        owner: z.string().min(1).optional(),
        team: z.string().min(1).optional(),
        computeRates: computeRatesSchema.optional(),
      }),
    )
    .nullish()
    .superRefine((pipelines, context) => {
      const names = new Set<string>();
      pipelines?.forEach(({ name }, index) => {
        if (names.has(name)) {
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `${name} stands here twice`,
          });
        }
        names.add(name);
      });
    }),
});

export type PipelinesFile = z.infer<typeof pipelinesSchema>;

export interface Config {
  readonly pipelines: PipelinesFile;
  readonly prices: PricesFile;
  readonly budgets?: BudgetsFile;
  readonly notify?: NotifySettings;
}

export const EMPTY_CONFIG: Config = { pipelines: {}, prices: {} };

/**
 * @param environment where `notify.yaml` finds its secrets; empty unless said.
 * @throws ConfigError naming file and line of every fault.
 */
export async function loadConfig(
  folder: string,
  environment: Environment = () => undefined,
): Promise<Config> {
  const faults: string[] = [];
  const load = async <Schema extends z.ZodType>(name: string, schema: Schema) => {
    const file = path.join(folder, name);
    try {
      return parseYaml(file, await readIfThere(file), schema);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const pipelines = await load('pipelines.yaml', pipelinesSchema);
  const prices = await load('prices.yaml', pricesSchema);
  const budgets = await load('budgets.yaml', budgetsSchema);
  const notify = await load('notify.yaml', notifySchema(environment));
  if (!pipelines || !prices || !budgets || !notify) throw new ConfigError(faults.join('\n'));
  return { pipelines, prices, budgets, notify };
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError(`${file}:1: cannot be read: ${(error as Error).message}`);
  }
}
