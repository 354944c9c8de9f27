/** The server itself: its disk, its store, its files, its backups, and how it takes telemetry. */
import { MINUTE_NS } from '@burnbook/domain/time';
import type { Answer } from '../answer.js';
import { newestNs, secondsSince, sumOf } from '../answerRows.js';
import type { AskedQuestion } from '../askedQuestion.js';
import { noFacts } from '../checkFacts.js';
import type { QueryRow } from '../../store/protocol.js';

const HOUR_MINUTES = 60;

export const diskFreeShare: Answer = {
  isOfServer: true,
  facts: async ({ sources, nowNs }) => {
    const { freeBytes, totalBytes } = await sources.readDisk();
    if (totalBytes <= 0) return noFacts('the disk does not tell its size');
    return { answer: freeBytes / totalBytes, factsNs: nowNs, evidence: null };
  },
};

export const configState: Answer = {
  isOfServer: true,
  facts: ({ sources, nowNs }) =>
    Promise.resolve({
      answer: sources.alerting.rejection === null ? 'accepted' : 'rejected',
      factsNs: nowNs,
      evidence: null,
    }),
};

export const storeRestarts: Answer = {
  minutes: HOUR_MINUTES,
  facts: async (asked) => {
    const { sources, fromNs, nowNs } = asked;
    const { restarts, restartsSinceNs } = sources.alerting;
    const known = restarts.filter((atNs) => atNs > fromNs).length;
    const before = (await serverRows(asked, 'restart')).filter(
      (row) => (row['minute_ns'] as bigint) < restartsSinceNs,
    );
    return { answer: known + sumOf(before, 'events'), factsNs: nowNs, evidence: '/incidents' };
  },
};

export const backupAge: Answer = {
  isOfServer: true,
  facts: async ({ sources: { backups }, nowNs }) => {
    const atNs = backups.facts.lastNs ?? (await backups.list())[0]?.atNs ?? null;
    if (atNs === null) return noFacts('there is no backup');
    return { answer: secondsSince(atNs, nowNs), factsNs: nowNs, evidence: null };
  },
};

export const ingestRefusedShare: Answer = {
  minutes: 10,
  facts: async (asked) => {
    const rows = await serverRows(asked, 'ingest');
    const factsNs = toldNs(rows, asked.nowNs);
    if (factsNs === null) return noFacts(`no request came in ${asked.minutes} min`);
    const taken = rows.filter((row) => row['outcome'] === 'acknowledged');
    const answer = 1 - sumOf(taken, 'events') / sumOf(rows, 'events');
    return { answer, factsNs, evidence: '/slos' };
  },
};

export const ackLatency: Answer = {
  minutes: 10,
  facts: async (asked) => {
    const rows = (await serverRows(asked, 'ingest')).filter(
      (row) => row['outcome'] === 'acknowledged',
    );
    const factsNs = toldNs(rows, asked.nowNs);
    const durationNs = quantileNs(rows, 0.99);
    if (factsNs === null || durationNs === null) {
      return noFacts(`no request was acknowledged in ${asked.minutes} min`);
    }
    return { answer: durationNs / 1e9, factsNs, evidence: '/slos' };
  },
};

/** What the server counted of itself, from the minute on that the time looked at begins in. */
const serverRows = (asked: AskedQuestion, event: string): Promise<QueryRow[]> =>
  asked.query('server_counts', { from: asked.fromNs - (asked.fromNs % MINUTE_NS), event });

/** Counts of a minute are as of its end, or of now. */
function toldNs(rows: readonly QueryRow[], nowNs: bigint): bigint | null {
  const minuteNs = newestNs(rows, 'minute_ns');
  if (minuteNs === null) return null;
  const endNs = minuteNs + MINUTE_NS;
  return endNs < nowNs ? endNs : nowNs;
}

/** Of histograms `bucket:count`, as in span_minutes; a bucket stands for its middle, 1.05^(b + ½). null: they are empty. */
function quantileNs(rows: readonly QueryRow[], quantile: number): number | null {
  const counts = new Map<number, number>();
  for (const row of rows) {
    for (const pair of (row['buckets'] as string).split(' ')) {
      const [bucket = 0, count = 0] = pair.split(':').map(Number);
      if (count > 0) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
    }
  }
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  let seen = 0;
  for (const [bucket, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= quantile * total) return 1.05 ** (bucket + 0.5);
  }
  return null;
}
