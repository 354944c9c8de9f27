/** A run as it was known at an instant of the past: by what had arrived of its telemetry by then. */
import { LOST_AFTER_NS, runState } from '../run.js';
import type { OccurrenceRun } from './occurrence.js';

/** What arrived of a run, and when it came to be known. */
export interface RunSigns {
  readonly seenNs: bigint;
  /** When a start or heartbeat announced it; null: none did. */
  readonly announcedNs: bigint | null;
  readonly ends: readonly RunEnd[];
  /** Stretches with a sign at least every `LOST_AFTER_NS`, oldest first. */
  readonly alive: readonly { readonly fromNs: bigint; readonly toNs: bigint }[];
}

/** A span that is the run. */
export interface RunEnd {
  readonly knownNs: bigint;
  readonly endNs: bigint;
  readonly outcome: string | null;
  readonly failed: boolean;
}

/** @returns null: nothing of it was known yet. */
export function runAsOf(
  run: OccurrenceRun,
  { seenNs, announcedNs, ends, alive }: RunSigns,
  atNs: bigint,
): OccurrenceRun | null {
  if (atNs < seenNs) return null;
  const known = ends.filter(({ knownNs }) => knownNs <= atNs);
  const last = alive.findLast(({ fromNs }) => fromNs <= atNs);
  const lastSignNs = last === undefined ? seenNs : last.toNs < atNs ? last.toNs : atNs;
  const state = runState(
    {
      outcome: outcomeOf(known),
      ended: known.length > 0,
      failed: known.some(({ failed }) => failed),
      announced: announcedNs !== null && announcedNs <= atNs,
      unrooted: run.state === 'open',
      lastSignNs,
    },
    atNs,
  );
  const endNs = known.reduce<bigint | null>(
    (latest, end) => (latest === null || end.endNs > latest ? end.endNs : latest),
    null,
  );
  return { ...run, state, endNs };
}

/** Instants at which a run may come to be seen otherwise, in no order. */
export const turnsOf = ({ seenNs, announcedNs, ends, alive }: RunSigns): bigint[] => [
  seenNs,
  ...(announcedNs === null ? [] : [announcedNs]),
  ...ends.map(({ knownNs }) => knownNs),
  ...alive.flatMap(({ fromNs, toNs }) => [fromNs, toNs + LOST_AFTER_NS + 1n]),
];

const BADNESS: Readonly<Record<string, number>> = { failed: 2, cancelled: 1 };

/** The latest end decides; of two in one nanosecond the worse one, whichever arrived first. */
function outcomeOf(ends: readonly RunEnd[]): string | null {
  let found: RunEnd | null = null;
  for (const end of ends) {
    if (end.outcome === null) continue;
    const isLater =
      found === null ||
      end.endNs > found.endNs ||
      (end.endNs === found.endNs && badness(end) > badness(found));
    if (isLater) found = end;
  }
  return found?.outcome ?? null;
}

const badness = ({ outcome }: RunEnd): number => BADNESS[outcome ?? ''] ?? 0;
