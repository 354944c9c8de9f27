/** From facts (bigint, nanoseconds) to what the contract says (decimal strings, RFC 3339). */
import { formatUsd, formatUsdShort } from '@burnbook/domain/money';
import { tagsOf } from '@burnbook/domain/tags';
import { formatTime } from '@burnbook/domain/time';
import { formatSpanId, formatTraceId } from '@burnbook/domain/traceId';
import type {
  Alert,
  Batch,
  Bill,
  BillLine,
  CostSum as CostSumView,
  CountedInstead,
  Evidence,
} from '../contract.js';
import {
  batchCostAboveNormal,
  BATCH_COST_ALERT,
  type BatchCostRule,
} from '../cost/batchCostAlert.js';
import { nanoPer1kRows, rowsOf, type BatchFacts } from '../cost/batches.js';
import type { BillFacts, ReportedSum } from '../cost/bill.js';
import { exclusionReason, spanName, type CountedLine } from '../cost/exclusions.js';
import type { CostSum } from '../cost/costSum.js';
import type { DearBatch } from '../cost/overview.js';
import type { QueryRow } from '../store/protocol.js';

export const costView = (cost: CostSum): CostSumView => ({
  totalUsd: formatUsd(cost.total),
  computeUsd: formatUsd(cost.compute),
  modelUsd: formatUsd(cost.model),
  retryWasteUsd: formatUsd(cost.waste),
  failureCostUsd: formatUsd(cost.failure),
  unpricedCalls: cost.unpriced,
});

export const usdOrNull = (nano: bigint | null): string | null =>
  nano === null ? null : formatUsd(nano);

export const timeOrNull = (ns: bigint | null): string | null =>
  ns === null ? null : formatTime(ns);

export const durationMs = (ns: bigint): number => Number(ns) / 1e6;

export const evidenceOf = (row: QueryRow): Evidence => ({
  traceId: formatTraceId(row['trace_hi'] as bigint, row['trace_lo'] as bigint),
  spanId: formatSpanId(row['span_id'] as bigint),
});

export const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);

export const textOrNull = (value: unknown): string | null => (value ?? null) as string | null;

export function batchView(batch: BatchFacts, rule: BatchCostRule): Batch {
  const rows = rowsOf(batch);
  return {
    pipeline: batch.pipeline,
    batchId: batch.batchId,
    shared: batch.shared,
    state: batch.state,
    final: batch.final,
    runs: batch.runs.length,
    startedAt: formatTime(batch.startNs),
    endedAt: timeOrNull(batch.endNs),
    durationMs: batch.endNs === null ? null : durationMs(batch.endNs - batch.startNs),
    rowsIn: batch.rowsIn,
    rowsOut: batch.rowsOut,
    rowsFailed: batch.rowsFailed,
    cost: costView(batch.cost),
    usdPer1kRows: usdOrNull(nanoPer1kRows(batch.cost.total, rows)),
    costRatio: batch.costRatio === null ? null : Math.round(batch.costRatio * 1000) / 1000,
    alerts: alertsOf(batch, rule),
  };
}

export function alertsOf(batch: BatchFacts, rule: BatchCostRule): Batch['alerts'] {
  const ratio = batchCostAboveNormal(batch, rule);
  if (ratio === null) return [];
  const { pipeline, batchId, cost } = batch;
  return [dearBatchAlert({ pipeline, batchId, totalNano: cost.total, ratio })];
}

export const dearBatchAlert = ({
  pipeline,
  batchId,
  totalNano,
  ratio,
}: Pick<DearBatch, 'pipeline' | 'batchId' | 'totalNano' | 'ratio'>): Alert => ({
  name: BATCH_COST_ALERT,
  summary: `${batchId} cost $${formatUsdShort(totalNano)}: ${ratio.toFixed(1)} × the usual per row`,
  runbook: BATCH_COST_ALERT,
  subject: { pipeline, batch: batchId },
  figures: { costUsd: formatUsdShort(totalNano), ratio: ratio.toFixed(1) },
});

export const reportedView = ({ calls, listNano, reportedNano }: ReportedSum): Bill['reported'] =>
  calls === 0
    ? null
    : {
        calls,
        listCostUsd: formatUsd(listNano),
        reportedCostUsd: formatUsd(reportedNano),
        differenceUsd: formatUsd(reportedNano - listNano),
      };

export function billLineView(
  row: QueryRow,
  facts: Pick<BillFacts, 'prices' | 'countedInstead'>,
): BillLine {
  const cpuNs = numberOrNull(row['cpu_ns']);
  const gbNs = numberOrNull(row['gb_ns']);
  const priceId = textOrNull(row['price_id']);
  const listNano = (row['cost_nano'] ?? null) as bigint | null;
  const reportedNano = (row['reported_nano'] ?? null) as bigint | null;
  return {
    kind: row['kind'] as BillLine['kind'],
    runId: row['run_id'] as string,
    step: textOrNull(row['step']),
    attempt: numberOrNull(row['attempt']),
    outcome: (row['attempt_outcome'] ??
      (row['failed'] === true ? 'failed' : 'succeeded')) as BillLine['outcome'],
    name: row['name'] as string,
    startedAt: formatTime(row['start_ns'] as bigint),
    provider: textOrNull(row['provider']),
    model: textOrNull(row['model']),
    tier: textOrNull(row['tier']),
    usage: {
      inputTokens: numberOrNull(row['input_tokens']),
      outputTokens: numberOrNull(row['output_tokens']),
      cacheReadTokens: numberOrNull(row['cache_read_tokens']),
      cacheWriteTokens: numberOrNull(row['cache_write_tokens']),
      cacheWrite1hTokens: numberOrNull(row['cache_write_1h_tokens']),
      reasoningTokens: numberOrNull(row['reasoning_tokens']),
      audioInputTokens: numberOrNull(row['audio_input_tokens']),
      audioOutputTokens: numberOrNull(row['audio_output_tokens']),
      audioCacheReadTokens: numberOrNull(row['audio_cache_read_tokens']),
      imageInputTokens: numberOrNull(row['image_input_tokens']),
      imageOutputTokens: numberOrNull(row['image_output_tokens']),
      imageCacheReadTokens: numberOrNull(row['image_cache_read_tokens']),
      cpuS: cpuNs === null ? null : cpuNs / 1e9,
      memoryGbS: gbNs === null ? null : gbNs / 1e9,
    },
    listCostUsd: usdOrNull(listNano),
    reportedCostUsd: usdOrNull(reportedNano),
    reportedDifferenceUsd:
      listNano === null || reportedNano === null ? null : formatUsd(reportedNano - listNano),
    reportedCostNote: textOrNull(row['reported_note']),
    price: priceId === null ? null : (facts.prices.get(priceId) ?? null),
    unpricedReason: textOrNull(row['unpriced_reason']),
    retryWaste: row['waste'] === true,
    failureCost: row['failure'] === true,
    excluded: textOrNull(row['excluded']),
    exclusion: exclusionOf(row, facts),
    tags: Object.fromEntries(tagsOf(textOrNull(row['tags']))),
    reservationId: textOrNull(row['reservation_id']),
    shared: row['shared'] === true,
    evidence: evidenceOf(row),
  };
}

function exclusionOf(
  row: QueryRow,
  facts: Pick<BillFacts, 'countedInstead'>,
): BillLine['exclusion'] {
  const reason = exclusionReason(row['excluded']);
  if (reason === null) return null;
  return { reason, countedInstead: countedView(facts.countedInstead.get(spanName(row))) };
}

const LINES_MAX = 5;

/** @returns null where nothing is stored that counts instead. */
export function countedView(lines: readonly CountedLine[] | undefined): CountedInstead | null {
  if (!lines || lines.length === 0) return null;
  return {
    lines: lines.slice(0, LINES_MAX).map(({ pipeline, batchId, row, tokens, costNano }) => ({
      pipeline,
      batchId,
      evidence: evidenceOf(row),
      tokens,
      costUsd: usdOrNull(costNano),
    })),
    linesTotal: lines.length,
    tokens: lines.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}
