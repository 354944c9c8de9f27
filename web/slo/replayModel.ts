import type { Replay } from '../../server/contract.js';
import type { Interval } from '../url/range.js';

type Run = Replay['runs'][number];
export type MarkKind = 'page' | 'ticket' | 'noise' | 'miss';

/** A stretch of a run in the timeline, in per cent of its width. */
export interface Mark {
  kind: MarkKind;
  from: number;
  length: number;
}

/** A stretch of a run in words. */
export interface Stretch {
  what: Run['what'];
  kind: MarkKind;
  pair: string;
  /** Nominal time of the occurrence that it is about. */
  occurrence: string | null;
  from: string;
  /** null: it lasts to the end of the range. */
  to: string | null;
  budgetBurnt: number | null;
  latenessSeconds: number | null;
  /** Of the time that it stood: how long nothing was seen that could have ended it. */
  unseenSeconds: number;
}

/** Narrower ones could not be seen. */
const LENGTH_MIN = 0.6;

/** Where the firings and misses of a run stand. Misses come first, so that what fired is drawn over them. */
export function marksOf(run: Run, range: Interval): Mark[] {
  const lengthMs = range.to.getTime() - range.from.getTime();
  return stretchesOf(run)
    .map(({ kind, from, to }): Mark => {
      const startMs = Math.max(range.from.getTime(), Date.parse(from));
      const endMs = to === null ? range.to.getTime() : Math.min(range.to.getTime(), Date.parse(to));
      const length = Math.max(LENGTH_MIN, ((endMs - startMs) / lengthMs) * 100);
      const at = ((startMs - range.from.getTime()) / lengthMs) * 100;
      return { kind, from: Math.min(at, 100 - length), length };
    })
    .sort((a, b) => Number(b.kind === 'miss') - Number(a.kind === 'miss'));
}

/** Everything that a run would have told or missed, in the order of time. */
export function stretchesOf(run: Run): Stretch[] {
  const fires = run.fires.map(({ severity, noise, ...fire }): Stretch => ({
    what: run.what,
    ...fire,
    kind: noise ? 'noise' : severity,
  }));
  const misses = run.misses.map((miss): Stretch => ({
    what: run.what,
    ...miss,
    kind: 'miss',
    pair: '',
    latenessSeconds: null,
    unseenSeconds: 0,
  }));
  return [...fires, ...misses].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}
