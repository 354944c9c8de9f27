/**
 * What commits of telemetry and restatements spend, as decisions on holds need it: summed in the store's process, where
 * the lines are, and told to the server's, where it is decided.
 */
import { scopeMatches, type CostBudget, type SpendOrigin } from '@burnbook/domain/costBudget';
import { tagsOf } from '@burnbook/domain/tags';
import type { ChangeSet } from '../attribution/changeSet.js';
import { bucketOf } from '../costRollup.js';
import type { LineRow, Owner } from '../rows.js';

export interface SpendChange {
  /** Signed nano-USD in a budget by the quarter of an hour of the lines. */
  readonly sums: readonly {
    readonly budget: string;
    readonly bucketNs: bigint;
    readonly nano: bigint;
  }[];
  /** Signed nano-USD by the reservation that the lines name. */
  readonly held: readonly (readonly [reservation: string, nano: bigint])[];
}

export interface Spent {
  /** Of the change; they grow while the store's process lives. */
  readonly number: number;
  /** null: what was spent is not known. */
  readonly change: SpendChange | null;
}

/** What restated lines of one origin and quarter of an hour cost more or, below 0, less. */
export interface RestatedSpend extends Omit<SpendOrigin, 'tags'> {
  readonly tags: string | null;
  readonly reservation: string | null;
  readonly bucketNs: bigint;
  readonly nano: bigint;
}

export class HoldSpend {
  #budgets: readonly CostBudget[] = [];
  /** Budgets of what lines of an owner cost, by model. */
  #matches = new WeakMap<Owner, Map<string, readonly CostBudget[]>>();
  #number = 0;

  /** Of the newest change. */
  get number(): number {
    return this.#number;
  }

  /** @param budgets that decisions look at from now on. */
  define(budgets: readonly CostBudget[]): void {
    this.#budgets = budgets;
    this.#matches = new WeakMap();
  }

  /** @returns null: nothing that anybody asks for. */
  ofCommit({ lines }: ChangeSet): Spent | null {
    const sums = new Sums();
    const enter = (line: LineRow, sign: 1n | -1n): void => {
      if (line.excluded !== null || line.costNanoUsd === null) return;
      const nano = sign * line.costNanoUsd;
      sums.hold(line.owner.reservation, nano);
      if (this.#budgets.length === 0) return;
      sums.spend(this.#budgetsOf(line), bucketOf(line.span.startNs), nano);
    };
    for (const line of lines.remove) enter(line, -1n);
    for (const line of lines.add) enter(line, 1n);
    return sums.isEmpty ? null : this.#next(sums);
  }

  ofRestatement(lines: readonly RestatedSpend[]): Spent {
    const sums = new Sums();
    for (const { reservation, bucketNs, nano, tags, ...origin } of lines) {
      sums.hold(reservation, nano);
      sums.spend(this.#matching({ ...origin, tags: tagsIn(tags) }), bucketNs, nano);
    }
    return this.#next(sums);
  }

  unknown(): Spent {
    return this.#next(null);
  }

  #next(change: SpendChange | null): Spent {
    this.#number++;
    return {
      number: this.#number,
      change: change && { sums: change.sums, held: change.held },
    };
  }

  #budgetsOf({ kind, owner, span }: LineRow): readonly CostBudget[] {
    const call = kind === 'model' ? span.call : null;
    const provider = call?.provider ?? null;
    const model = call?.model ?? null;
    let known = this.#matches.get(owner);
    if (!known) {
      known = new Map();
      this.#matches.set(owner, known);
    }
    const key = `${provider ?? ''}\n${model ?? ''}\n${call === null}`;
    let found = known.get(key);
    if (!found) {
      const { pipeline, team, environment, tags } = owner;
      found = this.#matching({ pipeline, provider, model, team, environment, tags: tagsIn(tags) });
      known.set(key, found);
    }
    return found;
  }

  #matching(origin: SpendOrigin): CostBudget[] {
    return this.#budgets.filter(({ scope }) => scopeMatches(scope, origin));
  }
}

const tagsIn = (tags: string | null): SpendOrigin['tags'] => Object.fromEntries(tagsOf(tags));

class Sums implements SpendChange {
  readonly #sums = new Map<string, { budget: string; bucketNs: bigint; nano: bigint }>();
  readonly #held = new Map<string, bigint>();

  get isEmpty(): boolean {
    return this.#sums.size === 0 && this.#held.size === 0;
  }

  get sums(): SpendChange['sums'] {
    return [...this.#sums.values()];
  }

  get held(): SpendChange['held'] {
    return [...this.#held];
  }

  spend(budgets: readonly CostBudget[], bucketNs: bigint, nano: bigint): void {
    for (const { id } of budgets) {
      const key = `${bucketNs} ${id}`;
      const sum = this.#sums.get(key);
      if (sum) sum.nano += nano;
      else this.#sums.set(key, { budget: id, bucketNs, nano });
    }
  }

  hold(reservation: string | null, nano: bigint): void {
    if (reservation === null) return;
    this.#held.set(reservation, (this.#held.get(reservation) ?? 0n) + nano);
  }
}
