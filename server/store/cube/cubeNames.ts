/** What the rows of the cube refer to: origins and places, numbered, with what is known of the batches of places. */
import { tagsOf } from '@burnbook/domain/tags';
import type { Half } from './half.js';
import { withQuarter, type Stretch } from './cubeRows.js';
import { Texts } from './texts.js';

/** A row of `cost_origins`, as questions see it: `model` and `provider` of compute are `compute`. */
export interface OriginFacts {
  readonly kind: string;
  readonly pipeline: string;
  readonly step: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** As stored: null for compute. */
  readonly calledModel: string | null;
  readonly calledProvider: string | null;
  readonly team: string | null;
  readonly environment: string | null;
  readonly attempt: string | null;
  readonly tags: ReadonlyMap<string, string>;
  readonly tagsText: string | null;
}

/** What is stored of an origin. */
export interface StoredOrigin {
  readonly key: bigint;
  readonly kind: string;
  readonly pipeline: string;
  readonly step: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly team: string | null;
  readonly environment: string | null;
  readonly attempt: number | null;
  readonly tags: string | null;
}

/** What is known of a place: a row of `settled_places`. */
export interface PlaceFacts {
  readonly batchId: string;
  /** null: above several batches. */
  readonly batchKey: bigint | null;
  /** Steps that a later run of the batch repeated. */
  readonly repeated: ReadonlySet<string | null> | null;
  /** When the batch began. */
  readonly startNs: bigint | null;
  /** That of the start. */
  readonly startQuarter: number;
  readonly rowsIn: Half | null;
  readonly rowsOut: Half | null;
}

export interface CostPlaceName {
  readonly runId: string;
  readonly batch: string | null;
}

export class CubeNames {
  readonly origins: OriginFacts[] = [];
  readonly runIds = new Texts();
  readonly batchIds = new Texts();
  /** By place: a number in `runIds`. */
  readonly runOf: number[] = [];
  /** By place: a number in `batchIds`. */
  readonly batchOf: number[] = [];
  /** By place, null while nothing is known: it names its batch itself then, or is its own. */
  readonly facts: (PlaceFacts | null)[] = [];
  /** By place: a number of its batch, -1 above several. */
  readonly batchNumberOf: number[] = [];
  #starts: Stretch = { from: 0, to: 0 };
  readonly #originIds = new Map<bigint, number>();
  readonly #placeIds = new Map<bigint, number>();
  readonly #batchNumbers = new Map<bigint, number>();

  /** All batches that tell when they began began in it. */
  get starts(): Stretch {
    return this.#starts;
  }

  get batches(): number {
    return this.#batchNumbers.size;
  }

  originId(key: bigint): number | undefined {
    return this.#originIds.get(key);
  }

  placeId(key: bigint): number | undefined {
    return this.#placeIds.get(key);
  }

  addOrigin(stored: StoredOrigin): number {
    const known = this.#originIds.get(stored.key);
    if (known !== undefined) return known;
    const { kind, pipeline, step, team, environment, attempt, tags } = stored;
    const isModel = kind === 'model';
    const calledModel = isModel ? stored.model : null;
    const calledProvider = isModel ? stored.provider : null;
    const id = this.origins.push({
      ...{ kind, pipeline, step, team, environment, calledModel, calledProvider },
      model: isModel ? stored.model : 'compute',
      provider: isModel ? stored.provider : 'compute',
      attempt: attempt === null ? null : String(attempt),
      tags: new Map(tagsOf(tags)),
      tagsText: tags,
    });
    this.#originIds.set(stored.key, id - 1);
    return id - 1;
  }

  addPlace(key: bigint, { runId, batch }: CostPlaceName): number {
    const known = this.#placeIds.get(key);
    if (known !== undefined) return known;
    const id = this.runOf.push(this.runIds.idOf(runId)) - 1;
    this.batchOf.push(this.batchIds.idOf(batch ?? runId));
    this.facts.push(null);
    this.batchNumberOf.push(-1);
    this.#placeIds.set(key, id);
    return id;
  }

  settle(place: number, facts: PlaceFacts): void {
    if (facts.startNs !== null) this.#starts = withQuarter(this.#starts, facts.startQuarter);
    this.facts[place] = facts;
    this.batchOf[place] = this.batchIds.idOf(facts.batchId);
    this.batchNumberOf[place] = facts.batchKey === null ? -1 : this.#batchNumber(facts.batchKey);
  }

  /** Runs with what a snapshot knows better of some places, and puts back what was. */
  withFacts<Result>(better: ReadonlyMap<number, PlaceFacts>, run: () => Result): Result {
    const before = [...better.keys()].map((place) => ({
      place,
      facts: this.facts[place] ?? null,
      batch: this.batchOf[place] ?? 0,
      number: this.batchNumberOf[place] ?? -1,
    }));
    for (const [place, facts] of better) this.settle(place, facts);
    try {
      return run();
    } finally {
      for (const { place, facts, batch, number } of before) {
        this.facts[place] = facts;
        this.batchOf[place] = batch;
        this.batchNumberOf[place] = number;
      }
    }
  }

  #batchNumber(key: bigint): number {
    const known = this.#batchNumbers.get(key);
    if (known !== undefined) return known;
    this.#batchNumbers.set(key, this.#batchNumbers.size);
    return this.#batchNumbers.size - 1;
  }
}
