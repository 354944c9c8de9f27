/** The minutes in which a commit may have changed events of a pipeline: what indicators count anew. */
import { MINUTE_NS } from '@burnbook/domain/time';
import type { ChangeSet } from './attribution/changeSet.js';

export interface TouchedMinute {
  readonly pipeline: string;
  readonly minuteNs: bigint;
  /** An operation that lost an attempt there. */
  readonly operationKey: bigint | null;
  /** A run that lost a span of its own there. */
  readonly runId: string | null;
}

/** Attempts, activities and notes on data count at their end, calls at their start: at the old place and at the new one. */
export function touchedMinutes({ attempts, activities, lines, notes }: ChangeSet): TouchedMinute[] {
  const touched = new Touched();
  for (const { owner, span } of attempts.add) touched.add(owner.pipeline, span.endNs);
  for (const { owner, span } of activities.add) touched.add(owner.pipeline, span.endNs);
  for (const { owner, span, kind } of lines.add) {
    if (kind === 'model') touched.add(owner.pipeline, span.startNs);
  }
  for (const { owner, span } of notes.add) touched.add(owner.pipeline, span.endNs);
  for (const { owner, span } of notes.remove) touched.add(owner.pipeline, span.endNs);
  for (const { owner, span, operationKey } of attempts.remove) {
    touched.addLost(owner.pipeline, span.endNs, { operationKey, runId: null });
  }
  for (const { owner, span, isRun } of activities.remove) {
    if (isRun) {
      touched.addLost(owner.pipeline, span.endNs, { operationKey: null, runId: owner.run });
    } else touched.add(owner.pipeline, span.endNs);
  }
  for (const { owner, span, kind } of lines.remove) {
    if (kind === 'model') touched.add(owner.pipeline, span.startNs);
  }
  return touched.rows;
}

class Touched {
  readonly rows: TouchedMinute[] = [];
  readonly #known = new Map<string, Set<bigint>>();
  /** The minute of the latest time: rows side by side mostly share it, and a comparison is cheaper than a division. */
  #fromNs = 0n;
  #toNs = 0n;

  add(pipeline: string, atNs: bigint): void {
    const minuteNs = this.#minuteOf(atNs);
    let minutes = this.#known.get(pipeline);
    if (!minutes) this.#known.set(pipeline, (minutes = new Set()));
    if (minutes.has(minuteNs)) return;
    minutes.add(minuteNs);
    this.rows.push({ pipeline, minuteNs, operationKey: null, runId: null });
  }

  addLost(
    pipeline: string,
    atNs: bigint,
    lost: Pick<TouchedMinute, 'operationKey' | 'runId'>,
  ): void {
    this.rows.push({ pipeline, minuteNs: this.#minuteOf(atNs), ...lost });
  }

  #minuteOf(atNs: bigint): bigint {
    if (atNs < this.#fromNs || atNs >= this.#toNs) {
      this.#fromNs = atNs - (((atNs % MINUTE_NS) + MINUTE_NS) % MINUTE_NS);
      this.#toNs = this.#fromNs + MINUTE_NS;
    }
    return this.#fromNs;
  }
}
