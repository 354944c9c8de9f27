/** The whole bill of some pipelines as the API tells it, in the form of the plain reading. */
import { isDeepStrictEqual } from 'node:util';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import {
  batchSchema,
  billSchema,
  listOf,
  type Batch,
  type Bill,
  type BillLine,
} from '../../server/contract.js';
import type { PlainLine } from './plainReading.js';
import type { TestServer } from './testServer.js';

const EXCLUDED: Readonly<Record<string, PlainLine['excluded']>> = {
  'usage repeated from a span below': 'repeated below',
  'response id already counted': 'duplicate response',
};

export interface Bills {
  readonly batches: Batch[];
  readonly lines: PlainLine[];
  /** Sum of the totals of the list, shared cost included. */
  readonly totalNanoUsd: bigint;
}

/** @throws when two bills tell one line differently. */
export async function readBills(server: TestServer, pipelines: readonly string[]): Promise<Bills> {
  const lines = new Map<string, PlainLine>();
  const batches: Batch[] = [];
  let totalNanoUsd = 0n;
  for (const pipeline of pipelines) {
    for (const batch of await allBatches(server, pipeline)) {
      batches.push(batch);
      totalNanoUsd += parseUsd(batch.cost.totalUsd);
      for (const line of linesOf(batch, await readBill(server, batch))) {
        const known = lines.get(evidenceOf(line));
        if (known && !isDeepStrictEqual(known, line)) {
          throw new Error(`${evidenceOf(line)} stands in two bills, and differs`);
        }
        lines.set(evidenceOf(line), line);
      }
    }
  }
  return {
    batches,
    lines: [...lines.values()].toSorted((a, b) => (evidenceOf(a) < evidenceOf(b) ? -1 : 1)),
    totalNanoUsd,
  };
}

export async function allBatches(server: TestServer, pipeline: string): Promise<Batch[]> {
  const page = await server.get(
    `/api/batches?limit=200&pipeline=${encodeURIComponent(pipeline)}`,
    listOf(batchSchema),
  );
  if (page.nextCursor !== null) throw new Error(`${pipeline} has more than 200 batches`);
  return page.items;
}

export function readBill(
  server: TestServer,
  { pipeline, batchId }: Pick<Batch, 'pipeline' | 'batchId'>,
): Promise<Bill> {
  const path = [pipeline, batchId].map(encodeURIComponent).join('/');
  return server.get(`/api/batches/${path}/bill`, billSchema);
}

/** @throws when a sum of the list or of the bill is not that of the lines. */
function linesOf(batch: Batch, bill: Bill): PlainLine[] {
  const sums = sumsOf(bill.lines.filter(({ shared }) => !shared));
  for (const told of [bill.cost, batch.cost, { ...bill.cost, totalUsd: bill.totalUsd }]) {
    if (!isDeepStrictEqual(sums, told)) {
      const all = JSON.stringify({
        lines: sums,
        list: batch.cost,
        bill: bill.cost,
        billTotal: bill.totalUsd,
      });
      throw new Error(`${batch.pipeline} ${batch.batchId}: ${all}`);
    }
  }
  return bill.lines.map((line) => ({
    ...line.evidence,
    kind: line.kind,
    pipeline: bill.pipeline,
    runId: line.runId,
    // What several batches share is named by its run.
    batchId: line.shared ? line.runId : bill.batchId,
    shared: line.shared || batch.shared,
    step: line.step,
    attempt: line.attempt,
    tags: line.tags,
    reservationId: line.reservationId,
    costNanoUsd: line.listCostUsd === null ? null : parseUsd(line.listCostUsd),
    excluded: line.excluded === null ? null : (EXCLUDED[line.excluded] ?? null),
    retryWaste: line.retryWaste,
    failureCost: line.failureCost,
  }));
}

function sumsOf(lines: Bill['lines']): Batch['cost'] {
  const counted = lines.filter(({ excluded }) => excluded === null);
  const usd = (counts: (line: BillLine) => boolean): string =>
    formatUsd(
      counted
        .filter(counts)
        .reduce((total, { listCostUsd }) => total + parseUsd(listCostUsd ?? '0'), 0n),
    );
  return {
    totalUsd: usd(() => true),
    computeUsd: usd(({ kind }) => kind === 'compute'),
    modelUsd: usd(({ kind }) => kind === 'model'),
    retryWasteUsd: usd(({ retryWaste }) => retryWaste),
    failureCostUsd: usd(({ failureCost }) => failureCost),
    unpricedCalls: counted.filter(({ listCostUsd }) => listCostUsd === null).length,
  };
}

const evidenceOf = (line: PlainLine): string => `${line.traceId}/${line.spanId}/${line.kind}`;
