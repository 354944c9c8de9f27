/**
 * The configuration folder: `pipelines.yaml`, `prices.yaml`, `budgets.yaml`, `notify.yaml` and `slos/*.yaml`. A missing file is an empty one; a
 * wrong one stops the start with its file and line.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { RULE_SETTINGS } from '@burnbook/domain/alert/ruleSettings';
import type { NotifySettings } from '@burnbook/domain/notify/notifySettings';
import { amount, unitPrice, usdOnly } from './amounts.js';
import { budgetsSchema, type BudgetsFile } from './budgetsFile.js';
import { notifySchema, type Environment } from './notifyFile.js';
import { pricesSchema, type PricesFile } from './pricesFile.js';
import { loadSchedules, scheduleSchema, type Schedules } from './schedules.js';
import { loadSlos, NO_SLOS, type SlosContext, type SlosFile } from './slosFile.js';
import { ConfigError, parseYaml } from './yamlFile.js';

const computeRatesSchema = z.strictObject({
  cpuSecondUsd: unitPrice,
  memoryGbSecondUsd: unitPrice,
  source: z.string().min(1),
  currency: usdOnly('rates'),
});

const freeShare = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');
const DISK = RULE_SETTINGS.disk;

const diskNearlyFullSchema = z
  .strictObject({
    ticketBelow: freeShare.default(DISK.ticketBelow),
    pageBelow: freeShare.default(DISK.pageBelow),
  })
  .refine(({ ticketBelow, pageBelow }) => pageBelow <= ticketBelow, {
    path: ['pageBelow'],
    message: 'must be at most ticketBelow',
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
  /** When RetryWasteHigh fires: above this share of a day's spend, from this amount on. */
  retryWasteHigh: z
    .strictObject({
      share: z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1').optional(),
      minUsd: amount.optional(),
    })
    .optional(),
  /** Shares of the disk below which DiskNearlyFull fires. */
  diskNearlyFull: diskNearlyFullSchema.optional(),
  /** Copies of all that is stored, each checked after it was written. */
  backup: z
    .strictObject({
      folder: z.string().refine((folder) => path.isAbsolute(folder), 'must be an absolute path'),
      everyHours: z.number().min(0.25).max(8_760).default(24),
      keep: z.number().int().min(1).max(1_000).default(7),
    })
    .optional(),
  pipelines: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        owner: z.string().min(1).optional(),
        team: z.string().min(1).optional(),
        /** Pipelines that it is fed from. */
        upstream: z.array(z.string().min(1)).max(100).optional(),
        computeRates: computeRatesSchema.optional(),
        schedule: scheduleSchema.optional(),
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
  /** Schedules of `pipelines.yaml`, by pipeline. */
  readonly schedules?: Schedules;
  readonly slos?: SlosFile;
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
  const gather = async <Part>(load: () => Promise<Part>): Promise<Part | undefined> => {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const load = <Schema extends z.ZodType>(name: string, schema: Schema) =>
    gather(async () => {
      const file = path.join(folder, name);
      return parseYaml(file, await readIfThere(file), schema);
    });
  const pipelines = await load('pipelines.yaml', pipelinesSchema);
  const prices = await load('prices.yaml', pricesSchema);
  const budgets = await load('budgets.yaml', budgetsSchema);
  const schedules = await gather(() => loadSchedules(folder, pipelines?.pipelines ?? []));
  const notify = await load('notify.yaml', notifySchema(environment));
  // Without the pipelines it is not known which have a schedule: what is wrong with them is told first.
  const slos = pipelines
    ? await gather(() =>
        loadSlos(path.join(folder, 'slos'), {
          pipelines: knownPipelines(pipelines),
          ...(notify ? { destinations: notify.destinations.map(({ name }) => name) } : {}),
        }),
      )
    : NO_SLOS;
  if (!pipelines || !prices || !budgets || !schedules || !slos || !notify) {
    throw new ConfigError(faults.join('\n'));
  }
  return { pipelines, prices, budgets, schedules, slos, notify };
}

/** What definitions of SLOs need to know of the pipelines. */
export function knownPipelines({ pipelines }: PipelinesFile): SlosContext['pipelines'] {
  return new Map(
    (pipelines ?? []).map(({ name, owner, schedule }) => [
      name,
      { ...(owner === undefined ? {} : { owner }), scheduled: schedule !== undefined },
    ]),
  );
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError(`${file}:1: cannot be read: ${(error as Error).message}`);
  }
}
