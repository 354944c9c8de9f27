/**
 * The promoted attributes of one span or resource: for each fact the value of the key that wins.
 *
 * One instance is reused for span after span (`clear`), since an object per span and fact would cost more than all the
 * rest of the attribution.
 */
import {
  ACCEPTED_KEYS,
  codesOf,
  PROMOTED_KEYS,
  TAG_CODE,
  tagFact,
  tagOfFact,
  type Fact,
} from './semconv.js';
import { FACT_TYPE, type FactColumns } from './spanBatch.js';
import { canonicalTags } from './tags.js';

const FACTS = Object.keys(ACCEPTED_KEYS) as Fact[];
const INDEX = new Map(FACTS.map((fact, index) => [fact, index]));
const FACT_OF_CODE = Uint8Array.from(PROMOTED_KEYS, ({ fact }) => INDEX.get(fact) ?? 0);
const RANK_OF_CODE = Uint8Array.from(PROMOTED_KEYS, ({ rank }) => rank);
const NO_RANK = 255;

/** Kinds of facts, so that a reader can tell at once that there is nothing for it. */
export const FACT_GROUP = { identity: 1, activity: 2, usage: 4, media: 8, data: 16 } as const;

const IDENTITY: ReadonlySet<Fact> = new Set<Fact>([
  'pipeline',
  'run',
  'batch',
  'partition',
  'nominalTime',
  'step',
  'attempt',
  'resendCount',
  'operationId',
  'team',
  'environment',
  'reservation',
]);
const ACTIVITY: ReadonlySet<Fact> = new Set<Fact>([
  'attemptOutcome',
  'errorClass',
  'backoffMs',
  'rowsIn',
  'rowsOut',
  'rowsFailed',
  'bytesIn',
  'bytesOut',
  'queueWaitMs',
  'event',
  'runOutcome',
  'runKind',
  'cpuUserS',
  'cpuSystemS',
  'memoryGbSeconds',
  'memoryPeakBytes',
  'gcDurationS',
  'eventLoopUtilization',
  'droppedSpans',
]);
/** What a span says of data: few do. */
const DATA: ReadonlySet<Fact> = new Set<Fact>([
  'checkName',
  'checkOutcome',
  'checkRows',
  'checkRowsFailed',
  'dataset',
]);
/** Usage by modality: few emitters tell it. */
const MEDIA: ReadonlySet<Fact> = new Set<Fact>([
  'textInputTokens',
  'textOutputTokens',
  'textCacheReadTokens',
  'audioInputTokens',
  'audioOutputTokens',
  'audioCacheReadTokens',
  'imageInputTokens',
  'imageOutputTokens',
  'imageCacheReadTokens',
]);
/** Key code → bits of `FACT_GROUP`. */
export const GROUP_OF_CODE: Readonly<Uint8Array> = Uint8Array.from([
  ...PROMOTED_KEYS.map(({ fact }) => {
    if (IDENTITY.has(fact)) return FACT_GROUP.identity;
    if (DATA.has(fact)) return FACT_GROUP.data;
    if (MEDIA.has(fact)) return FACT_GROUP.usage | FACT_GROUP.media;
    return ACTIVITY.has(fact) ? FACT_GROUP.activity : FACT_GROUP.usage;
  }),
  // A tag: `TAG_CODE`.
  FACT_GROUP.identity,
]);

/** No span counts more: sums of nine million such are still 64-bit integers. */
export const COUNT_MAX = 1_000_000_000_000;

export class FactSet {
  /** Number of facts set. */
  size = 0;
  /** Bits of `FACT_GROUP` that the set has facts of. */
  groups = 0;
  readonly #values: (string | number)[] = FACTS.map(() => '');
  readonly #ranks = new Uint8Array(FACTS.length).fill(NO_RANK);
  readonly #tags: string[] = [];

  clear(): void {
    if (this.size === 0) return;
    this.#ranks.fill(NO_RANK);
    this.#tags.length = 0;
    this.size = 0;
    this.groups = 0;
  }

  /** Keeps the value if its key ranks before the one kept so far. */
  add(keyCode: number, value: string | number): void {
    if (keyCode === TAG_CODE) {
      this.#addTag(String(value));
      return;
    }
    const fact = FACT_OF_CODE[keyCode];
    const rank = RANK_OF_CODE[keyCode];
    if (fact === undefined || rank === undefined) return;
    const kept = this.#ranks[fact] ?? NO_RANK;
    if (rank >= kept) return;
    if (kept === NO_RANK) this.size++;
    this.groups |= GROUP_OF_CODE[keyCode] ?? 0;
    this.#ranks[fact] = rank;
    this.#values[fact] = value;
  }

  /** Adds an attribute under every fact that it means. */
  addAttribute(key: string, value: string | number | boolean): void {
    for (const code of codesOf(key) ?? []) {
      if (code === TAG_CODE) this.#addTag(tagFact(key, value));
      else this.add(code, typeof value === 'boolean' ? Number(value) : value);
    }
  }

  /** Adds the entries of `columns` from `at` on that belong to `span`. @returns the index of the next span's first. */
  addSpan(columns: FactColumns, at: number, span: number, strings: readonly string[]): number {
    let i = at;
    while (i < columns.length && columns.span[i] === span) {
      const code = columns.key[i] ?? 0;
      this.add(
        code,
        columns.type[i] === FACT_TYPE.text
          ? (strings[columns.text[i] ?? 0] ?? '')
          : (columns.num[i] ?? 0),
      );
      i++;
    }
    return i;
  }

  #addTag(fact: string): void {
    this.#tags.push(fact);
    this.size++;
    this.groups |= FACT_GROUP.identity;
  }

  /** All tags as their canonical text, or null. */
  tags(): string | null {
    return this.#tags.length === 0 ? null : canonicalTags(this.#tags.map(tagOfFact));
  }

  has(fact: Fact): boolean {
    return this.#ranks[INDEX.get(fact) ?? 0] !== NO_RANK;
  }

  /** Which of the fact's keys won, or null. */
  key(fact: Fact): string | null {
    const rank = this.#ranks[INDEX.get(fact) ?? 0] ?? NO_RANK;
    return (ACCEPTED_KEYS[fact] as readonly string[])[rank] ?? null;
  }

  /** The value as it came, also where it is no number; null when absent or ''. */
  value(fact: Fact): string | number | null {
    const index = INDEX.get(fact) ?? 0;
    if (this.#ranks[index] === NO_RANK) return null;
    const value = this.#values[index];
    return value === undefined || value === '' ? null : value;
  }

  /** The value as text; an empty text counts as absent, since exporters write '' for unknown. */
  text(fact: Fact): string | null {
    const index = INDEX.get(fact) ?? 0;
    if (this.#ranks[index] === NO_RANK) return null;
    const value = this.#values[index];
    return value === undefined || value === '' ? null : String(value);
  }

  /** The value as a finite number (a numeric text counts), or null. */
  number(fact: Fact): number | null {
    const index = INDEX.get(fact) ?? 0;
    if (this.#ranks[index] === NO_RANK) return null;
    const value = this.#values[index];
    if (value === undefined || value === '') return null;
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  }

  /** The value as a whole number from 0 to `COUNT_MAX`, or null. */
  count(fact: Fact): number | null {
    const number = this.bytes(fact);
    return number !== null && number <= COUNT_MAX ? number : null;
  }

  /** The value as a whole number from 0, which is not added up, or null. */
  bytes(fact: Fact): number | null {
    const number = this.number(fact);
    return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null;
  }
}
