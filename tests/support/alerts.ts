/** Alerts on a test server: a destination that keeps its messages, attempts that fail, and what is asked back. */
import { randomBytes } from 'node:crypto';
import type { NotifySettings } from '@burnbook/domain/notify/notifySettings';
import { MINUTE_NS } from '@burnbook/domain/time';
import { expect } from 'vitest';
import {
  alertsSchema,
  incidentsSchema,
  type AlertRow,
  type Incident,
} from '../../server/contract.js';
import { hook, settingsOf } from './notifyStory.js';
import type { SpanSpec } from './spanSpec.js';
import type { TestServer } from './testServer.js';
import { chat, TraceMaker } from './traceMaker.js';

/** One destination of everything, where nobody listens: its messages wait. */
export const NOBODY_LISTENS: NotifySettings = settingsOf(
  `destinations:\n${hook('test', 'http://127.0.0.1:9/', ', severities: [page, ticket]')}`,
);

/** Operations of a pipeline, each with so many attempts of which all but the last failed. */
export function operations(
  pipeline: string,
  options: {
    readonly atNs: bigint;
    readonly count: number;
    readonly attempts: number;
    readonly errorClass?: string;
    /** Tokens of each attempt. */
    readonly tokens?: number;
    readonly model?: string;
  },
): SpanSpec[] {
  const { atNs, count, attempts, errorClass = 'timeout', tokens = 0, model = 'wren' } = options;
  const trace = new TraceMaker({
    startNs: atNs,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': randomBytes(4).toString('hex'),
      'pipeline.step.name': 'ask',
    },
  });
  return Array.from({ length: count }, (_, operation) =>
    Array.from({ length: attempts }, (_, index) => {
      const won = index === attempts - 1 && errorClass !== 'never wins';
      return trace.span({
        failed: !won,
        attributes: {
          ...chat(model, { input: tokens }),
          'pipeline.operation.id': `${trace.traceId} ${operation}`,
          'pipeline.attempt.number': index + 1,
          'pipeline.attempt.outcome': won ? 'succeeded' : 'failed',
          ...(won ? {} : { 'pipeline.attempt.error_class': errorClass }),
        },
      });
    }),
  ).flat();
}

export const alertsOf = async (server: TestServer, query = ''): Promise<AlertRow[]> =>
  (await server.get(`/api/alerts?${query}`, alertsSchema)).items;

export const incidentsOf = async (server: TestServer, query = ''): Promise<Incident[]> =>
  (await server.get(`/api/incidents?${query}`, incidentsSchema)).items;

/** Waits until the list is as expected: rules are asked a moment after each commit. */
export const alertsBecome = async (
  server: TestServer,
  query: string,
  expected: readonly object[],
): Promise<AlertRow[]> => {
  await expect
    .poll(() => alertsOf(server, query), { timeout: 15_000, interval: 50 })
    .toMatchObject(expected);
  return alertsOf(server, query);
};

export async function post(
  server: TestServer,
  path: string,
  body?: object,
  method = 'POST',
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await server.fetch(path, {
    method,
    headers: {
      'burnbook-actor': 'ann',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Batches of a pipeline, one a minute in the hours before an instant, each with so many of 1,000 rows that failed. */
export const batchesWithFailures = (
  pipeline: string,
  failed: readonly number[],
  atNs: bigint,
): SpanSpec[] =>
  failed.map((rowsFailed, index) =>
    new TraceMaker({ startNs: atNs - BigInt(600 - index) * MINUTE_NS }).span({
      attributes: {
        'pipeline.name': pipeline,
        'pipeline.run.id': `run-${index}`,
        'pipeline.batch.id': `batch-${index}`,
        'pipeline.rows.in': 1_000,
        'pipeline.rows.failed': rowsFailed,
      },
    }),
  );

/** Five batches of the pipeline `dear` in the hour before an instant; the fourth costs two and a half times the others. */
export const dearBatches = (atNs: bigint): SpanSpec[] =>
  [1_000, 1_000, 1_000, 2_500, 1_000].flatMap((tokens, index) => {
    const trace = new TraceMaker({
      startNs: atNs - BigInt(60 - index) * MINUTE_NS,
      common: {
        'pipeline.name': 'dear',
        'pipeline.run.id': `run-${index}`,
        'pipeline.batch.id': `batch-${index}`,
      },
    });
    const root = trace.span({ attributes: { 'pipeline.rows.in': 10 } });
    return [root, trace.span({ parent: root, attributes: chat('wren', { input: tokens }) })];
  });
