/** Time that does not count: kept in the store, held in memory, expanded where it recurs. */
import { randomUUID } from 'node:crypto';
import type { TimeSpan } from '@burnbook/domain/budgetPeriod';
import {
  excludes,
  mergeSpans,
  type ExclusionScope,
  type ExclusionSubject,
} from '@burnbook/domain/slo/exclusion';
import { DAY_NS } from '@burnbook/domain/time';
import type { StoreClient } from '../store/storeClient.js';
import { Recurrence } from './recurrence.js';
import { RecurrenceError } from './recurrenceParts.js';

export interface Exclusion {
  readonly id: string;
  readonly scope: ExclusionScope;
  /** Of the first stretch; the others are as long. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly rrule: string | null;
  readonly timeZone: string;
  readonly reason: string;
  readonly actor: string;
  readonly createdNs: bigint;
  /** null: it is in force. */
  readonly removedNs: bigint | null;
  readonly removedBy: string | null;
  readonly removedReason: string | null;
}

export type NewExclusion = Pick<
  Exclusion,
  'scope' | 'fromNs' | 'toNs' | 'rrule' | 'timeZone' | 'reason' | 'actor'
>;

export interface ExclusionBookOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
}

const YEAR_NS = 366n * DAY_NS;
const TEN_YEARS_NS = 3_653n * DAY_NS;

/** A stretch in force, with the exclusion that it comes from. */
export interface ExcludedSpan extends TimeSpan {
  readonly exclusion: Exclusion;
}

export class ExclusionBook {
  readonly #store: StoreClient;
  readonly #nowNs: () => bigint;
  readonly #listeners = new Set<() => void>();
  #loaded: Promise<void> | null = null;
  #all: readonly Exclusion[] = [];

  constructor({ store, nowNs }: ExclusionBookOptions) {
    this.#store = store;
    this.#nowNs = nowNs;
  }

  /** Reads what is stored, once. @throws StoreError */
  load(): Promise<void> {
    this.#loaded ??= this.#read().catch((error: unknown) => {
      this.#loaded = null;
      throw error;
    });
    return this.#loaded;
  }

  /** Told after every change. @returns what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All that there ever were, newest first. */
  get all(): readonly Exclusion[] {
    return this.#all;
  }

  /** @throws RecurrenceError, StoreError */
  async add(exclusion: NewExclusion): Promise<Exclusion> {
    await this.load();
    if (exclusion.rrule !== null) this.#check({ ...exclusion, rrule: exclusion.rrule });
    const added: Exclusion = {
      ...exclusion,
      id: randomUUID(),
      createdNs: this.#nowNs(),
      removedNs: null,
      removedBy: null,
      removedReason: null,
    };
    await this.#store.command('addExclusion', added);
    this.#all = [added, ...this.#all];
    this.#tell();
    return added;
  }

  /** Takes one out of force; it stays in the list. @returns null: there is none, or it was removed before. */
  async remove(
    id: string,
    by: { readonly actor: string; readonly reason: string | null },
  ): Promise<Exclusion | null> {
    await this.load();
    const found = this.#all.find((each) => each.id === id);
    if (!found || found.removedNs !== null) return null;
    const removed: Exclusion = {
      ...found,
      removedNs: this.#nowNs(),
      removedBy: by.actor,
      removedReason: by.reason,
    };
    await this.#store.command('removeExclusion', removed);
    this.#all = this.#all.map((each) => (each.id === id ? removed : each));
    this.#tell();
    return removed;
  }

  /** Stretches in force for a subject that touch the span, in order of time, each whole. */
  spansOf(subject: ExclusionSubject, span: TimeSpan): readonly ExcludedSpan[] {
    return this.#all
      .filter(({ removedNs, scope }) => removedNs === null && excludes(scope, subject))
      .flatMap((exclusion) => stretches(exclusion, span))
      .sort((a, b) => Number(a.startNs > b.startNs) - Number(a.startNs < b.startNs));
  }

  /** The same as time: merged and cut to the span. */
  excludedTime(subject: ExclusionSubject, span: TimeSpan): readonly TimeSpan[] {
    return mergeSpans(this.spansOf(subject, span), span);
  }

  /** @throws RecurrenceError */
  #check(exclusion: Pick<Exclusion, 'fromNs' | 'timeZone'> & { readonly rrule: string }): void {
    const { fromNs } = exclusion;
    if (this.#nowNs() - fromNs > TEN_YEARS_NS) {
      throw new RecurrenceError('may begin at most ten years ago: no window looks back as far');
    }
    const rule = recurrenceOf(exclusion);
    const comes = [YEAR_NS, TEN_YEARS_NS].some(
      (withinNs) => rule.between(fromNs, fromNs + withinNs).length > 0,
    );
    if (!comes) throw new RecurrenceError('never comes in the ten years after `from`');
  }

  async #read(): Promise<void> {
    const rows = await this.#store.query('slo_exclusions');
    this.#all = rows.map((row) => ({
      id: row['exclusion_id'] as string,
      scope: JSON.parse(row['scope'] as string) as ExclusionScope,
      fromNs: row['from_ns'] as bigint,
      toNs: row['to_ns'] as bigint,
      rrule: row['rrule'] as string | null,
      timeZone: row['time_zone'] as string,
      reason: row['reason'] as string,
      actor: row['actor'] as string,
      createdNs: row['created_ns'] as bigint,
      removedNs: row['removed_ns'] as bigint | null,
      removedBy: row['removed_by'] as string | null,
      removedReason: row['removed_reason'] as string | null,
    }));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function stretches(exclusion: Exclusion, { startNs, endNs }: TimeSpan): ExcludedSpan[] {
  const { fromNs, toNs, rrule } = exclusion;
  if (rrule === null) {
    return fromNs < endNs && toNs > startNs ? [{ startNs: fromNs, endNs: toNs, exclusion }] : [];
  }
  const lengthNs = toNs - fromNs;
  return recurrenceOf({ ...exclusion, rrule })
    .between(startNs - lengthNs + 1n, endNs)
    .map((beginNs) => ({ startNs: beginNs, endNs: beginNs + lengthNs, exclusion }));
}

const recurrences = new Map<string, Recurrence>();
const RECURRENCES_KEPT = 1_000;

/** Reading one takes longer than asking it. */
function recurrenceOf({
  rrule,
  fromNs,
  timeZone,
}: Pick<Exclusion, 'fromNs' | 'timeZone'> & { readonly rrule: string }): Recurrence {
  const key = `${fromNs} ${timeZone} ${rrule}`;
  let found = recurrences.get(key);
  if (!found) {
    found = new Recurrence(rrule, { fromNs, timeZone });
    if (recurrences.size >= RECURRENCES_KEPT) recurrences.clear();
    recurrences.set(key, found);
  }
  return found;
}
