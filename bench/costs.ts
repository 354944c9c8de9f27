/** Every question about costs over a large store, and the pages that ask several at once, while nothing else happens. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyStore, type FilledStore } from './fill.js';
import { cpuMs } from './procStat.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';
import { percentile } from './statistics.js';

export interface CostsBench {
  readonly spans: number;
  readonly days: number;
  readonly budgets: number;
  readonly requests: number;
  readonly questions: readonly CostQuestion[];
}

export interface CostQuestion {
  readonly name: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Processor time of both processes a request. */
  readonly cpuMs: number;
  readonly failed: number;
  readonly answerKb: number;
}

const BUDGETS = 200;
const WARMUPS = 2;
const DAYS = 'from=-90d';
const EARLIER = 'from=-45d';
const PIPELINES = ['mail-features', 'news-digest', 'claims-triage', 'support-tags', 'doc-embed'];
const MODELS = ['gpt-4o-mini', 'gpt-4o', 'claude-sonnet-4-5', 'text-embedding-3-small'];

/** A name, and what is asked at once. */
const QUESTIONS: readonly (readonly [name: string, paths: readonly string[]])[] = [
  ...[
    ...['pipeline', 'run', 'batch', 'step', 'model', 'provider', 'team', 'environment', 'attempt'],
    ...['kind', 'tag.tenant', 'hour', 'day', 'week', 'month', 'model,step', 'pipeline,model'],
    ...['day,model', 'hour,pipeline', 'batch,model', 'run,step'],
  ].map((groupBy) => [`costs by ${groupBy}`, [`/api/costs?${DAYS}&groupBy=${groupBy}`]] as const),
  ...[
    'groupBy=model&compare=previous',
    'groupBy=pipeline,model&compare=month',
    'groupBy=day&compare=week',
    'groupBy=batch&compare=previous',
    'groupBy=day,pipeline&tz=Europe/Berlin',
    'groupBy=model&filter=model:gpt-4o*',
    'groupBy=pipeline&filter=team:data-platform',
    'groupBy=pipeline&filter=tag.tenant:acme',
    'groupBy=batch&filter=pipeline:mail-features',
    'groupBy=attempt,model&filter=-step:embed',
  ].map((asked) => [`costs, ${asked}`, [`/api/costs?${DAYS}&${asked}`]] as const),
  ...[
    '/api/costs/series?groupBy=model',
    '/api/costs/series?groupBy=batch',
    '/api/costs/waterfall?compare=previous',
    '/api/costs/exclusions?limit=50',
    '/api/costs/batch-size?pipeline=mail-features',
    '/api/unpriced?limit=50',
    '/api/batches?limit=50',
    '/api/batches?limit=50&sort=cost',
    '/api/batches?limit=50&sort=usdPer1kRows&pipeline=mail-features',
    '/api/retries/waste?groupBy=cause',
    '/api/retries/waste?groupBy=cause,model',
    '/api/retries/waste?groupBy=cause,step',
    '/api/retries/waste?groupBy=cause,batch',
    '/api/retries/waste?groupBy=cause,pipeline&filter=model:gpt-4o*',
    '/api/retries/what-if?attemptsMax=2',
    '/api/retries/what-if?timeoutMs=100',
    '/api/retries/what-if?timeoutMs=20&backoffBaseMs=500&attemptsMax=3',
    '/api/retries/what-if?attemptsMax=2&filter=pipeline:mail-features',
  ].map((asked) => [asked, [`${asked}&${DAYS}`]] as const),
  ['/api/costs/waterfall, half a range', [`/api/costs/waterfall?${EARLIER}&compare=previous`]],
  ['/api/costs, half a range, compared', [`/api/costs?${EARLIER}&groupBy=model&compare=previous`]],
  ['/api/budgets', ['/api/budgets']],
  ['/api/budgets/budget-1', ['/api/budgets/budget-1']],
  ['/api/budgets/budget-1/history', ['/api/budgets/budget-1/history']],
  [
    'page Cost',
    [
      `/api/costs?${DAYS}&groupBy=model&compare=previous&limit=200`,
      `/api/costs?${DAYS}&groupBy=pipeline&compare=previous&limit=200`,
      `/api/costs/series?${DAYS}&groupBy=model`,
      '/api/budgets',
    ],
  ],
  [
    'page Retries',
    [
      `/api/retries/waste?${DAYS}&groupBy=cause,model`,
      `/api/retries/what-if?${DAYS}&attemptsMax=2`,
    ],
  ],
];

export function benchCosts(
  store: FilledStore,
  options: { readonly requests: number; readonly only?: string | undefined } & {
    readonly mainFile?: string | undefined;
  },
): Promise<CostsBench> {
  const { requests, only, mainFile } = options;
  return withTempFolder(async (folder) => {
    await copyStore(store.folder, folder);
    const configFolder = path.join(folder, 'config');
    await mkdir(configFolder);
    await writeFile(path.join(configFolder, 'budgets.yaml'), budgetsYaml());
    const server = await ServerProcess.start({
      dataFolder: folder,
      configFolder,
      onLine: tellTrouble,
      ...(mainFile === undefined ? {} : { mainFile }),
    });
    try {
      const questions: CostQuestion[] = [];
      for (const [name, paths] of QUESTIONS) {
        if (only !== undefined && !name.includes(only)) continue;
        questions.push(await ask(server, { name, paths, requests }));
      }
      return { spans: store.spans, days: store.days, budgets: BUDGETS, requests, questions };
    } finally {
      await server.stop();
    }
  });
}

async function ask(
  server: ServerProcess,
  what: { readonly name: string; readonly paths: readonly string[]; readonly requests: number },
): Promise<CostQuestion> {
  const store = server.storePid() ?? 0;
  const times: number[] = [];
  let failed = 0;
  let bytes = 0;
  let cpuBefore = 0;
  for (let i = -WARMUPS; i < what.requests; i++) {
    if (i === 0) cpuBefore = cpuMs(server.pid) + cpuMs(store);
    const startMs = performance.now();
    const answers = await Promise.all(
      what.paths.map(async (asked) => {
        const answer = await fetch(server.url + asked);
        return { ok: answer.ok, bytes: (await answer.arrayBuffer()).byteLength };
      }),
    );
    if (i >= 0) times.push(performance.now() - startMs);
    failed += answers.filter(({ ok }) => !ok).length;
    bytes = answers.reduce((sum, answer) => sum + answer.bytes, 0);
  }
  const cpu = cpuMs(server.pid) + cpuMs(store) - cpuBefore;
  const sorted = times.toSorted((a, b) => a - b);
  return {
    name: what.name,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    cpuMs: cpu / what.requests,
    failed,
    answerKb: bytes / 1000,
  };
}

/** Scopes and periods of every kind. */
function budgetsYaml(): string {
  const periods = ['day', 'week', 'month', 'quarter', '{ rolling: 7d }', '{ rolling: 30d }'];
  const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'];
  const lines = Array.from({ length: BUDGETS }, (_, i) => {
    const pick = <T>(from: readonly T[], by: number): T => from[by % from.length] as T;
    const scope = pick(
      [
        '{}',
        `{ pipeline: ${pick(PIPELINES, i)} }`,
        `{ model: ${pick(MODELS, i)} }`,
        '{ team: data-platform }',
        `{ pipeline: ${pick(PIPELINES, i >> 1)}, provider: openai }`,
        `{ tag.tenant: tenant-${i % 20} }`,
      ],
      i,
    );
    const period = pick(periods, Math.floor(i / 6));
    const zone = period.startsWith('{') ? '' : `, timeZone: ${pick(zones, i)}`;
    return `  - { id: budget-${i}, scope: ${scope}, period: ${period}${zone}, amountUsd: '${1_000 + i}', forecastOver: 100 }`;
  });
  return `budgets:\n${lines.join('\n')}\n`;
}
