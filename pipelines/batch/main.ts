#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { shutdown } from '@burnbook/collectors';
import { mailCorpus } from './corpus.js';
import { mailFolder } from './mailFolder.js';
import { mailEtl } from './mailEtl.js';
import { createModelClient } from './modelClient.js';
import type { SpendPolicy } from './withinBudget.js';

const help = `Runs the mail pipeline over a range of partitions. A finished step is not run again.

  --from, --to DAY     first and last partition, YYYY-MM-DD, both included
  --mail DIR           mail of your own: messages and mboxes below a folder (the SpamAssassin corpus)
  --model-url URL      an API in OpenAI's form, with /v1
  --provider NAME      whose prices the bill uses (openai)
  --embedding-model, --chat-model NAME
  --api-key-env NAME   environment variable that holds the API's key; without it no key is sent
  --out DIR            work and features go here (.data/batch)
  --rows-max N         rows of a partition (1000)
  --deadline-s N       seconds for one partition (3600)
  --on-refusal WHAT    reserve in Burnbook before the models are asked; when a hard budget refuses:
                       fail, pause (until there is room) or downgrade (to --cheaper-chat-model)
  --pause-max-s N      longest pause (3600)
  --cheaper-chat-model NAME

Telemetry goes to OTEL_EXPORTER_OTLP_ENDPOINT (http://127.0.0.1:4318); OTEL_SDK_DISABLED=true turns
it off.
`;

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    mail: { type: 'string' },
    'model-url': { type: 'string' },
    provider: { type: 'string', default: 'openai' },
    'embedding-model': { type: 'string', default: 'text-embedding-3-small' },
    'chat-model': { type: 'string', default: 'gpt-4o-mini' },
    'api-key-env': { type: 'string' },
    out: { type: 'string', default: '.data/batch' },
    'rows-max': { type: 'string', default: '1000' },
    'deadline-s': { type: 'string', default: '3600' },
    'on-refusal': { type: 'string' },
    'pause-max-s': { type: 'string', default: '3600' },
    'cheaper-chat-model': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

try {
  if (values.help) process.stdout.write(help);
  else process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const from = day('from', values.from);
  const to = day('to', values.to ?? values.from);
  const modelUrl = values['model-url'];
  if (modelUrl === undefined) throw new TypeError('--model-url is required; see --help');
  const keyName = values['api-key-env'];
  const apiKey = keyName === undefined ? undefined : process.env[keyName];
  if (keyName !== undefined && !apiKey) throw new TypeError(`--api-key-env: ${keyName} is not set`);

  const cancel = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => cancel.abort(new Error(`cancelled by ${signal}`)));
  }

  const out = resolve(values.out);
  const rows = { rowsMax: Number(values['rows-max']) };
  const source = values.mail === undefined ? mailCorpus(rows) : mailFolder(values.mail, rows);
  const client = createModelClient({
    baseUrl: modelUrl,
    provider: values.provider,
    embeddingModel: values['embedding-model'],
    chatModel: values['chat-model'],
    ...(apiKey !== undefined && { apiKey }),
  });
  const partitions = source.partitions().filter((name) => name >= from && name <= to);
  if (partitions.length === 0) {
    const all = source.partitions();
    throw new Error(`no mail from ${from} to ${to}; there is some from ${all[0]} to ${all.at(-1)}`);
  }
  const spend = spendPolicy();
  const results = await mailEtl({
    source,
    client,
    outFolder: join(out, 'features'),
    ...(spend && { spend }),
  }).backfill({
    partitions,
    workFolder: join(out, 'work'),
    fingerprint: source.fingerprint,
    kind: partitions.length > 1 ? 'backfill' : 'manual',
    deadlineMs: Number(values['deadline-s']) * 1000,
    signal: cancel.signal,
    onStep: (partition, step, how) => process.stdout.write(`${partition} ${step} ${how}\n`),
  });
  for (const { partition, outcome, error } of results) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    process.stdout.write(`${partition} ${outcome}${why}\n`);
  }
  await shutdown();
  const isBad = results.some(({ outcome }) => outcome === 'failed' || outcome === 'cancelled');
  return isBad || results.length < partitions.length ? 1 : 0;
}

function spendPolicy(): SpendPolicy | undefined {
  const onRefusal = values['on-refusal'];
  const cheaperModel = values['cheaper-chat-model'];
  if (onRefusal === undefined) return undefined;
  if (onRefusal !== 'fail' && onRefusal !== 'pause' && onRefusal !== 'downgrade') {
    throw new TypeError(`--on-refusal must be fail, pause or downgrade, got ${onRefusal}`);
  }
  if (onRefusal === 'downgrade' && cheaperModel === undefined) {
    throw new TypeError('--on-refusal downgrade needs --cheaper-chat-model');
  }
  return {
    onRefusal,
    pauseMsMax: Number(values['pause-max-s']) * 1000,
    ...(cheaperModel !== undefined && { cheaperModel }),
  };
}

function day(option: string, value: string | undefined): string {
  if (value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  throw new TypeError(`--${option} must be a day as YYYY-MM-DD, got ${value ?? 'nothing'}`);
}
