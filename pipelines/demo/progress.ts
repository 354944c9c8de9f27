import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartitionResult } from '../batch/dag.js';
import type { Manifest } from '../batch/publish.js';

export interface Progress {
  result: PartitionResult;
  calls: number;
  retries: number;
  durationMs: number;
  /** From `billText`. */
  bill: string;
  outFolder: string;
}

/** One line for the terminal on how a partition went. */
export function progressText(progress: Progress): string {
  const { result, calls, retries, durationMs, bill, outFolder } = progress;
  const { partition, outcome, stepsResumed, error } = result;
  if (outcome === 'resumed') return `${partition}  already done: nothing run, nothing paid`;
  const seconds = (durationMs / 1000).toFixed(1);
  const spent = `${calls} calls, ${retries} retries, ${seconds} s, ${bill}`;
  if (outcome !== 'succeeded') {
    const why = error instanceof Error ? error.message : String(error);
    return `${partition}  failed: ${why} (${spent})`;
  }
  const manifestPath = join(outFolder, partition, 'manifest.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest;
  const { rowsIn, quarantine, features } = manifest;
  const kept = stepsResumed.length > 0 ? `; ${stepsResumed.join(', ')} kept from before` : '';
  return `${partition}  ${rowsIn} mails, ${quarantine.rows} quarantined, ${features.rows} rows: ${spent}${kept}`;
}

export interface BillQuery {
  serverUrl: string;
  pipeline: string;
  batchId: string;
}

/** `at least $0.012345, $0.000123 of it wasted on retries`, as Burnbook's API has it. */
export async function billText({ serverUrl, pipeline, batchId }: BillQuery): Promise<string> {
  const path = [pipeline, batchId].map(encodeURIComponent).join('/');
  const response = await fetch(`${serverUrl}/api/batches/${path}/bill`);
  if (!response.ok) return `no bill yet (HTTP ${response.status})`;
  const bill = (await response.json()) as {
    totalUsd: string;
    cost: { retryWasteUsd: string };
    unpriced: { calls: number };
  };
  const waste = Number(bill.cost.retryWasteUsd);
  const wasted = waste > 0 ? `, $${waste.toFixed(6)} of it wasted on retries` : '';
  // An attempt that broke off may have been paid for: nobody knows.
  const atLeast = bill.unpriced.calls > 0 ? 'at least ' : '';
  return `${atLeast}$${Number(bill.totalUsd).toFixed(6)}${wasted}`;
}
