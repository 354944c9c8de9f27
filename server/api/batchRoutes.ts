/** Batches, their detail and their bill. */
import { z } from 'zod';
import { formatTime } from '@burnbook/domain/time';
import {
  batchDetailSchema,
  batchSchema,
  billSchema,
  listOf,
  type Attempt,
  type BatchDetail,
  type Bill,
  type Profile,
  type Step,
} from '../contract.js';
import {
  operationName,
  readBatchDetail,
  type ProfileFacts,
  type StepFacts,
} from '../cost/batchDetail.js';
import { listBatches, type BatchFacts, type BatchPlace, type BatchSort } from '../cost/batches.js';
import { readBill } from '../cost/bill.js';
import type { QueryRow } from '../store/protocol.js';
import { batchCostRule, pipelineEntry, type ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import {
  cursorOf,
  limitParam,
  offsetOf,
  opaque,
  parseQuery,
  placeOf,
  timeOf,
  timeParam,
} from './query.js';
import { route, type RouteRequest } from './route.js';
import {
  batchView,
  billLineView,
  costView,
  durationMs,
  evidenceOf,
  numberOrNull,
  textOrNull,
  timeOrNull,
  reportedView,
  usdOrNull,
} from './views.js';
import { formatUsd } from '@burnbook/domain/money';

const SORTS = ['startedAt', 'cost', 'usdPer1kRows', 'duration'] as const satisfies BatchSort[];

const listQuery = {
  pipeline: z.string().min(1).optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
  sort: z
    .enum(SORTS.flatMap((sort) => [sort, `-${sort}`] as const))
    .default('-startedAt')
    .meta({ description: 'a leading - sorts downwards' }),
  limit: limitParam(50, 200),
  cursor: z.string().optional(),
};

const billQuery = { limit: limitParam(10_000, 10_000), cursor: z.string().optional() };

export const batchRoutes = [
  route({
    path: '/api/batches',
    summary: 'Batches with their cost and state',
    query: listQuery,
    answer: listOf(batchSchema),
    handle: list,
  }),
  route({
    path: '/api/batches/:pipeline/:batchId',
    summary: 'One batch: state, runs, steps, attempts, profile',
    query: {},
    answer: batchDetailSchema,
    handle: detail,
  }),
  route({
    path: '/api/batches/:pipeline/:batchId/bill',
    summary: 'The bill of one batch, every line with the span that proves it',
    query: billQuery,
    answer: billSchema,
    handle: bill,
  }),
];

async function list({ api, query, signal }: RouteRequest) {
  const asked = parseQuery(listQuery, query);
  const nowNs = api.nowNs();
  const descending = asked.sort.startsWith('-');
  const fromNs = asked.from === undefined ? null : timeOf('from', asked.from, nowNs);
  const toNs = asked.to === undefined ? null : timeOf('to', asked.to, nowNs);
  if (fromNs !== null && toNs !== null && fromNs >= toNs) {
    throw new ApiError(400, 'from: must be before to', 'from');
  }
  const { batches, next } = await listBatches(
    api.store,
    {
      pipeline: asked.pipeline ?? null,
      batchId: null,
      fromNs,
      toNs,
      sort: asked.sort.replace('-', '') as BatchSort,
      descending,
      limit: asked.limit,
      after: asked.cursor === undefined ? null : batchPlaceOf(asked.cursor, asked.sort),
    },
    { nowNs, signal },
  );
  return {
    items: batches.map((batch) => batchView(batch, batchCostRule(api))),
    nextCursor: next === null ? null : placeCursor(next, asked.sort),
  };
}

const placeSchema = z.tuple([z.string(), z.number(), z.string(), z.string(), z.boolean()]);

const placeCursor = ({ value, pipeline, batchId, shared }: BatchPlace, sort: string): string =>
  opaque(JSON.stringify([sort, value, pipeline, batchId, shared]));

/** @throws ApiError 400 when the text is not one of ours, or of a list in another order. */
function batchPlaceOf(cursor: string, sort: string): BatchPlace {
  const place = placeOf(cursor, (text) => {
    try {
      return placeSchema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  });
  const [ofSort, value, pipeline, batchId, shared] = place;
  if (ofSort !== sort) {
    throw new ApiError(400, `cursor: belongs to a list sorted by ${ofSort}`, 'cursor');
  }
  return { value, pipeline, batchId, shared };
}

async function detail({ api, part, signal }: RouteRequest): Promise<BatchDetail> {
  const batch = await findBatch(api, part, signal);
  const facts = await readBatchDetail(api.store, batch);
  const entry = pipelineEntry(api, batch.pipeline);
  const { before } = batch;
  return {
    ...batchView(batch, batchCostRule(api)),
    owner: entry.owner,
    team: facts.team ?? entry.team,
    runList: batch.runs.map((run) => ({
      runId: run.runId,
      state: run.state,
      kind: run.kind as BatchDetail['runList'][number]['kind'],
      startedAt: formatTime(run.startNs),
      endedAt: timeOrNull(run.endNs),
      evidence: evidenceOf(facts.runEvidence.get(run.runId) ?? {}),
    })),
    steps: facts.steps.map(stepView),
    attempts: facts.attempts.map(attemptView),
    attemptsTotal: facts.attemptsTotal,
    profile: profileView(facts.profile),
    median: before && {
      batches: before.batches,
      totalUsd: formatUsd(before.totalNano),
      usdPer1kRows:
        before.nanoPerRow === null ? null : formatUsd(BigInt(Math.round(before.nanoPerRow * 1000))),
      durationMs: before.durationNs === null ? null : before.durationNs / 1e6,
    },
    freshness: await freshness(api),
  };
}

async function bill({ api, part, query, signal }: RouteRequest): Promise<Bill> {
  const asked = parseQuery(billQuery, query);
  const offset = offsetOf(asked.cursor);
  const batch = await findBatch(api, part, signal);
  const facts = await readBill(api.store, batch, { limit: asked.limit, offset });
  const next = offset + facts.lines.length;
  const models = facts.unpriced.filter((row) => row['kind'] === 'model');
  return {
    pipeline: batch.pipeline,
    batchId: batch.batchId,
    currency: 'USD',
    totalUsd: formatUsd(facts.cost.total),
    cost: costView(facts.cost),
    final: batch.final,
    state: batch.state,
    unpriced: {
      calls: models.reduce((sum, row) => sum + Number(row['calls']), 0),
      computeLines: facts.unpriced
        .filter((row) => row['kind'] === 'compute')
        .reduce((sum, row) => sum + Number(row['calls']), 0),
      models: models.map((row) => ({
        provider: textOrNull(row['provider']),
        model: textOrNull(row['model']),
        calls: Number(row['calls']),
      })),
    },
    sampled: batch.runs.some((run) => run.sampled),
    sharedUsd: formatUsd(facts.sharedNano),
    reported: reportedView(facts.reported),
    lines: facts.lines.map((row) => ({
      ...billLineView(row, facts),
      shared: row['shared'] === true && !batch.shared,
    })),
    linesTotal: facts.linesTotal,
    nextCursor: next < facts.linesTotal && facts.lines.length > 0 ? cursorOf(next) : null,
    byStep: facts.steps.map(({ step, kind, lines, cost }) => ({
      step,
      kind,
      lines,
      cost: costView(cost),
    })),
    freshness: await freshness(api),
  };
}

async function findBatch(
  api: ApiContext,
  part: RouteRequest['part'],
  signal: AbortSignal,
): Promise<BatchFacts> {
  const pipeline = part('pipeline');
  const batchId = part('batchId');
  const { batches } = await listBatches(
    api.store,
    {
      pipeline,
      batchId,
      fromNs: null,
      toNs: null,
      sort: 'startedAt',
      descending: true,
      limit: 2,
      after: null,
    },
    { nowNs: api.nowNs(), signal },
  );
  // A run id can name both a batch and shared cost; the batch comes first.
  const found = batches.find(({ shared }) => !shared) ?? batches[0];
  if (!found) {
    throw new ApiError(
      404,
      `there is no batch ${JSON.stringify(batchId)} of pipeline ${JSON.stringify(pipeline)}`,
    );
  }
  return found;
}

const stepView = (step: StepFacts): Step => ({
  runId: step.runId,
  step: step.step,
  state: step.state,
  startedAt: formatTime(step.startNs),
  endedAt: timeOrNull(step.endNs),
  executions: step.executions,
  profile: profileView(step.profile),
  cost: costView(step.sum.cost),
  modelCalls: step.sum.calls,
  tokens: step.sum.tokens,
  attempts: step.attempts,
  failedAttempts: step.failedAttempts,
  evidence: step.evidence && evidenceOf(step.evidence),
});

function attemptView(row: QueryRow): Attempt {
  const startNs = row['start_ns'] as bigint;
  const endNs = row['end_ns'] as bigint;
  return {
    runId: row['run_id'] as string,
    step: textOrNull(row['step']),
    operation: operationName(row),
    name: row['name'] as string,
    number: Number(row['number']),
    outcome: row['outcome'] as Attempt['outcome'],
    errorClass: textOrNull(row['error_class']),
    backoffMs: numberOrNull(row['backoff_ms']),
    startedAt: formatTime(startNs),
    endedAt: formatTime(endNs),
    durationMs: durationMs(endNs - startNs),
    costUsd: usdOrNull((row['cost'] ?? null) as bigint | null),
    retryWaste: row['waste'] === true,
    evidence: evidenceOf(row),
  };
}

function profileView(profile: ProfileFacts): Profile {
  const seconds = (ns: number | null): number | null => (ns === null ? null : ns / 1e9);
  return {
    wallMs: profile.wallNs === null ? null : durationMs(profile.wallNs),
    cpuUserS: seconds(profile.cpuUserNs),
    cpuSystemS: seconds(profile.cpuSystemNs),
    memoryGbSeconds: seconds(profile.gbNs),
    memoryPeakBytes: profile.peakBytes,
    gcS: seconds(profile.gcNs),
    eventLoopUtilization: profile.eventLoopUtilization,
    rowsIn: profile.rowsIn,
    rowsOut: profile.rowsOut,
    rowsFailed: profile.rowsFailed,
    bytesIn: profile.bytesIn,
    bytesOut: profile.bytesOut,
    queueWaitMs: profile.queueWaitNs === null ? null : profile.queueWaitNs / 1e6,
  };
}
