/** Indicators by the events that they count, so that a group of events meets only those that may want it. */
import type { StoreClient } from '../store/storeClient.js';
import type { Counts } from './countSeries.js';
import { eventMatch, type CountedIndicator, type EventMatch } from './eventMatch.js';
import { EventReader, type Reading } from './eventReader.js';

interface Entry {
  readonly indicator: string;
  readonly match: EventMatch;
}

export class IndicatorIndex {
  readonly reader: EventReader;
  readonly #entries: readonly Entry[];
  /** `pass kind pipeline` → those that name it. */
  readonly #byPipeline = new Map<string, Entry[]>();
  /** `pass kind` → those of any pipeline. */
  readonly #ofAny = new Map<string, Entry[]>();

  constructor(store: StoreClient, indicators: ReadonlyMap<string, CountedIndicator>) {
    this.#entries = [...indicators].map(([indicator, definition]) => ({
      indicator,
      match: eventMatch(definition),
    }));
    this.reader = new EventReader(
      store,
      this.#entries.map(({ match }) => match),
    );
    for (const entry of this.#entries) {
      const { match } = entry;
      const key = `${this.reader.passOf(match)} ${match.kind}`;
      if (match.pipelines === null) push(this.#ofAny, key, entry);
      else
        for (const pipeline of match.pipelines) push(this.#byPipeline, `${key} ${pipeline}`, entry);
    }
  }

  /** Indicators that events of a pipeline may change. */
  touchedBy(pipelines: ReadonlySet<string>): string[] {
    return this.#entries.flatMap(({ indicator, match }) =>
      match.pipelines === null || match.pipelines.some((name) => pipelines.has(name))
        ? [indicator]
        : [],
    );
  }

  /** Counts of each indicator by minute; what is not there has none. */
  count(readings: readonly Reading[]): Map<string, Map<number, Counts>> {
    const counted = new Map<string, Map<number, Mutable>>();
    readings.forEach(({ groups, limits }, pass) => {
      for (const group of groups) {
        const key = `${pass} ${group.kind}`;
        const named = this.#byPipeline.get(`${key} ${group.pipeline}`) ?? [];
        for (const { indicator, match } of [...named, ...(this.#ofAny.get(key) ?? [])]) {
          if (!match.isValid(group)) continue;
          let minutes = counted.get(indicator);
          if (!minutes) counted.set(indicator, (minutes = new Map()));
          let counts = minutes.get(group.minute);
          if (!counts)
            minutes.set(group.minute, (counts = { good: 0, total: 0, badOperations: 0 }));
          counts.total += group.events;
          if (match.isGood(group, limits)) counts.good += group.events;
          else counts.badOperations += group.operations;
        }
      }
    });
    return counted;
  }
}

interface Mutable {
  good: number;
  total: number;
  badOperations: number;
}

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const known = map.get(key);
  if (known) known.push(entry);
  else map.set(key, [entry]);
}
