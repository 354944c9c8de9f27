/** What the bad events of an SLO are, and what they have more often than good ones. */
import { binomialTail } from '@burnbook/domain/slo/binomialTail';
import { EVENT_TRAITS } from '@burnbook/domain/slo/eventKinds';
import type { Slo } from '@burnbook/domain/slo/slo';
import type { StoreClient } from '../store/storeClient.js';
import { eventGroupOf, minuteOfNs, type EventGroup } from './eventGroup.js';
import { eventMatch, type CountedIndicator, type EventMatch } from './eventMatch.js';
import { EventReader } from './eventReader.js';
import { minuteRange } from './minutePieces.js';
import { isOfEvents, isOfServer } from './rangedCount.js';

export interface Difference {
  readonly attribute: string;
  readonly value: string;
  readonly bad: number;
  readonly badTotal: number;
  readonly good: number;
  readonly goodTotal: number;
  /** Share among the bad over share among the good; null: never among the good. */
  readonly ratio: number | null;
}

export interface BadEvent {
  readonly atNs: bigint;
  readonly pipeline: string | null;
  readonly batch: string | null;
  readonly step: string | null;
  readonly what: string;
  readonly evidence: {
    readonly traceHi: bigint;
    readonly traceLo: bigint;
    readonly spanId: bigint;
  } | null;
}

interface Range {
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

const DIFFERENCES_MAX = 10;
const BAD_EVENTS_MAX = 20;
/** What has fewer events a value tells them apart one by one, as run ids do, and fills the list with chance. */
const EVENTS_PER_VALUE_MIN = 4;
const VALUES_MANY = 8;
/** Of such an attribute a value is named when chance would not even make one of all its values so bad. */
const CHANCE_MAX = 0.05;

/** Most telling first: those whose share among the bad is the most surprising for how many there are. */
export async function whatDiffers(
  store: StoreClient,
  { indicator }: Pick<Slo, 'indicator'>,
  { fromNs, toNs }: Range,
): Promise<Difference[]> {
  if (!isOfEvents(indicator)) return [];
  const own = eventMatch(indicator);
  const names = EVENT_TRAITS[own.kind].keys.filter(
    (name) => !['outcome', 'tag.'].includes(name) && !isFixed(indicator, name),
  );
  const match: EventMatch = { ...own, by: [...new Set([...own.by, ...names])] };
  const reader = new EventReader(store, [match]);
  const minutes = minuteRange(minuteOfNs(fromNs), minuteOfNs(toNs));
  if (minutes.length === 0) return [];
  const counts = new Counted();
  for (const { groups, limits } of await reader.read(minutes, { byMinute: false })) {
    for (const group of groups) {
      if (group.kind === match.kind && match.isValid(group)) {
        counts.add(group, names, match.isGood(group, limits));
      }
    }
  }
  return counts.differences();
}

/** The newest bad events. Freshness and SQL tell of none. */
export async function badEvents(
  store: StoreClient,
  { indicator }: Pick<Slo, 'indicator'>,
  { fromNs, toNs }: Range,
): Promise<BadEvent[]> {
  if (!isOfEvents(indicator) || isOfServer(indicator)) return [];
  const match = eventMatch(indicator);
  const limits = match.value?.limits ?? [];
  const rows = await store.query('slo_events', {
    kind: match.kind,
    value: match.value?.name ?? '',
    limits,
    badFrom: indicator.kind === 'threshold' && ['lt', 'lte'].includes(indicator.op),
    pipelines: match.pipelines ?? [],
    from: fromNs,
    to: toNs,
  });
  return rows
    .map((row) => ({
      row,
      group: eventGroupOf({ ...row, kind: match.kind, minute_ns: row['at_ns'], operations: 1n }),
    }))
    .filter(({ group }) => match.isValid(group) && !match.isGood(group, limits))
    .toSorted((a, b) => ((a.row['at_ns'] as bigint) > (b.row['at_ns'] as bigint) ? -1 : 1))
    .slice(0, BAD_EVENTS_MAX)
    .map(({ row }) => ({
      atNs: row['at_ns'] as bigint,
      pipeline: (row['pipeline'] ?? null) as string | null,
      batch: (row['batch'] ?? null) as string | null,
      step: (row['step'] ?? null) as string | null,
      what: whatOf(row),
      evidence: {
        traceHi: row['trace_hi'] as bigint,
        traceLo: row['trace_lo'] as bigint,
        spanId: row['span_id'] as bigint,
      },
    }));
}

/** One value for all: it cannot differ. */
function isFixed(indicator: CountedIndicator, name: string): boolean {
  const { where } = indicator.kind === 'ratio' ? indicator.total : indicator.events;
  const wanted = where[name];
  return wanted?.length === 1 && !wanted[0]?.endsWith('*');
}

function whatOf(row: Readonly<Record<string, unknown>>): string {
  const model = [row['provider'], row['model']]
    .filter((text) => typeof text === 'string')
    .join(' ');
  const parts = [row['name'], row['outcome'], row['errorClass'], model].filter(
    (text) => typeof text === 'string' && text !== '',
  );
  const rows = Number(row['events'] ?? 1);
  return rows > 1 ? `${parts.join(' · ')} · ${rows} rows` : parts.join(' · ');
}

class Counted {
  readonly #byValue = new Map<string, { bad: number; good: number }>();
  #bad = 0;
  #good = 0;

  add(group: EventGroup, names: readonly string[], isGood: boolean): void {
    if (isGood) this.#good += group.events;
    else this.#bad += group.events;
    for (const name of names) {
      const value = name === 'pipeline' ? group.pipeline : group.attributes[name];
      if (typeof value !== 'string' || value === '') continue;
      const key = `${name}\n${value}`;
      let counts = this.#byValue.get(key);
      if (!counts) this.#byValue.set(key, (counts = { bad: 0, good: 0 }));
      if (isGood) counts.good += group.events;
      else counts.bad += group.events;
    }
  }

  /** How many values each attribute has, and how many events. */
  #spread(): Map<string, { readonly values: number; readonly events: number }> {
    const spread = new Map<string, { values: number; events: number }>();
    for (const [key, { bad, good }] of this.#byValue) {
      const name = key.slice(0, key.indexOf('\n'));
      const known = spread.get(name) ?? { values: 0, events: 0 };
      spread.set(name, { values: known.values + 1, events: known.events + bad + good });
    }
    return spread;
  }

  differences(): Difference[] {
    const [badTotal, goodTotal] = [this.#bad, this.#good];
    if (badTotal === 0) return [];
    const spread = this.#spread();
    return [...this.#byValue]
      .flatMap(([key, { bad, good }]) => {
        const badShare = bad / badTotal;
        const share = (bad + good) / (badTotal + goodTotal);
        if (bad === 0 || badShare <= share) return [];
        const at = key.indexOf('\n');
        const { values, events } = spread.get(key.slice(0, at)) ?? { values: 1, events: 0 };
        if (values >= VALUES_MANY && events < EVENTS_PER_VALUE_MIN * values) {
          const chance = binomialTail(bad, bad + good, badTotal / (badTotal + goodTotal));
          if (chance * values > CHANCE_MAX) return [];
        }
        const difference: Difference = {
          attribute: key.slice(0, at),
          value: key.slice(at + 1),
          bad,
          badTotal,
          good,
          goodTotal,
          ratio: good === 0 ? null : badShare / (good / goodTotal),
        };
        return [{ difference, telling: bad * Math.log(badShare / share) }];
      })
      .toSorted((a, b) => b.telling - a.telling)
      .slice(0, DIFFERENCES_MAX)
      .map(({ difference }) => difference);
  }
}
