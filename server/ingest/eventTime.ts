/**
 * Settles the times of spans: the emitter's own, unless they cannot be true.
 *
 * A start before `oldestNs` (a `start 0`, say) or more than ten minutes ahead of the arrival is replaced by the arrival;
 * the original stays with the span. An end before its start counts as the start.
 */
import type { RareParts, SpanBatch } from '@burnbook/domain/spanBatch';
import { TIME_FROM, type IngestBatch } from '../store/ingestBatch.js';

const AHEAD_MAX_NS = 600 * 1e9;
/** Ten years: far beyond any backfill, and a clock that says 1970 is still caught. */
const AGE_MAX_NS = 10 * 366 * 86_400 * 1e9;
/** Durations over 10 years are nonsense too, and would overflow sums. */
const DURATION_MAX_NS = BigInt(AGE_MAX_NS);

type Times = Pick<IngestBatch, 'startNs' | 'durationNs' | 'timeFrom' | 'rare'>;

export function settleTimes(batch: SpanBatch, receivedNs: bigint): Times {
  const { length } = batch;
  const startNs = new BigInt64Array(length);
  const durationNs = new BigInt64Array(length);
  const timeFrom = new Uint8Array(length);
  const starts = halves(batch.startNs);
  const received = Number(receivedNs);
  // By span: where a clock is wrong, all spans of a request may have an entry.
  let rare: Map<number, RareParts> | null = null;
  for (let i = 0; i < length; i++) {
    // As a double the time is exact to 256 ns: enough for a comparison with minutes, at a tenth of a bigint's cost.
    const start = (starts[2 * i + 1] ?? 0) * 4_294_967_296 + (starts[2 * i] ?? 0);
    const duration = (batch.endNs[i] ?? 0n) - (batch.startNs[i] ?? 0n);
    durationNs[i] = duration > 0n && duration < DURATION_MAX_NS ? duration : 0n;
    const believable = start <= received + AHEAD_MAX_NS && start >= received - AGE_MAX_NS;
    if (believable) startNs[i] = batch.startNs[i] ?? 0n;
    else {
      startNs[i] = receivedNs;
      timeFrom[i] = TIME_FROM.arrival;
    }
    if (!believable || duration < 0n) {
      rare ??= new Map(batch.rare.map((parts) => [parts.span, parts]));
      keepOriginal(rare, i, batch);
    }
  }
  return {
    startNs,
    durationNs,
    timeFrom,
    rare: rare ? [...rare.values()].toSorted((a, b) => a.span - b.span) : batch.rare,
  };
}

function keepOriginal(rare: Map<number, RareParts>, span: number, batch: SpanBatch): void {
  const before = rare.get(span) ?? { span };
  const extra = {
    ...(JSON.parse(before.extra ?? '{}') as Record<string, unknown>),
    originalStartNs: String(batch.startNs[span] ?? 0n),
    originalEndNs: String(batch.endNs[span] ?? 0n),
  };
  rare.set(span, { ...before, extra: JSON.stringify(extra) });
}

const halves = (array: BigUint64Array): Uint32Array =>
  new Uint32Array(array.buffer, array.byteOffset, array.length * 2);
