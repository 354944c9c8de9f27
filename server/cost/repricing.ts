/**
 * Prices stored lines again: a preview of what would change, a restatement that changes it, and its undo.
 *
 * The work goes in chunks, each a transaction of the store's writer: between two of them telemetry is written, and what
 * stops in the middle is a restatement that can be resumed or undone. One is under way at a time.
 */
import type { RestatementScope } from '../store/commands/restatements.js';
import { mergeTallies, type Tally } from '../store/commands/tally.js';
import { StoreError, type QueryRow } from '../store/protocol.js';
import { chunkPrices, type PriceSources } from './chunkPrices.js';
import { restatementFacts, scopeOf, type RestatementFacts } from './restatementFacts.js';

export interface RepricingOptions extends PriceSources {
  readonly nowNs: () => bigint;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Told of the pipelines whose costs a chunk changed, at most 50. */
  readonly onRestated: (pipelines: readonly string[]) => void;
  /** Lines of a chunk; a chunk stops the writer for about 10 µs a line. */
  readonly chunkLines?: number;
}

/** What is asked stands against what is: a restatement that is not there, or one that is in the way. */
export class RepricingRefused extends Error {
  override readonly name = 'RepricingRefused';
  readonly reason: 'unknown' | 'conflict';

  constructor(reason: RepricingRefused['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface RepriceProgress {
  readonly restatement: number;
  readonly linesDone: number;
  readonly linesTotal: number;
  /** The work on it has ended, well or not. */
  readonly ended: boolean;
}

interface Plan {
  readonly bounds: readonly bigint[];
  readonly lines: number;
}

const CHUNK_LINES = 20_000;
/** Each takes the writer in turns with telemetry. */
const PREVIEWS_MAX = 2;
const PLAN_TIMEOUT_MS = 60_000;
const AWAY_RETRY_MS = 500;
/** While the store's process starts again. */
const AWAY_TRIES_MAX = 120;

export class Repricing {
  readonly #o: RepricingOptions;
  readonly #listeners = new Set<(progress: RepriceProgress) => void>();
  #underWay: { progress: RepriceProgress; done: Promise<void> } | null = null;
  #closed = false;
  #previews = 0;

  constructor(options: RepricingOptions) {
    this.#o = options;
  }

  /** Told after every chunk. @returns stops the telling. */
  listen(listener: (progress: RepriceProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a restatement of the scope would change now. Nothing is written. */
  async preview(
    scope: RestatementScope,
    signal: AbortSignal,
  ): Promise<{ lines: number; tallies: Tally[] }> {
    if (this.#previews >= PREVIEWS_MAX) {
      throw new RepricingRefused('conflict', `${PREVIEWS_MAX} previews are under way: try again`);
    }
    this.#previews++;
    try {
      return await this.#preview(scope, signal);
    } finally {
      this.#previews--;
    }
  }

  async #preview(
    scope: RestatementScope,
    signal: AbortSignal,
  ): Promise<{ lines: number; tallies: Tally[] }> {
    const { bounds } = await this.#plan(scope, scope.fromNs);
    const tallies: Tally[] = [];
    let lines = 0;
    for (const [fromNs, toNs] of chunks(bounds, scope)) {
      signal.throwIfAborted();
      const chunk = { ...scope, fromNs, toNs };
      const prices = await chunkPrices(this.#o, chunk);
      const report = await this.#o.store.command('previewChunk', { ...chunk, prices });
      lines += report.lines;
      tallies.push(...report.tallies);
    }
    return { lines, tallies: mergeTallies(tallies) };
  }

  /** Begins a restatement and goes on with it in the background. @throws RepricingRefused while one is under way. */
  async begin(
    scope: RestatementScope,
    { actor, why }: { readonly actor: string; readonly why: string },
  ): Promise<number> {
    return this.#reserve(async () => {
      const [open] = await this.#o.store.query('open_restatements');
      if (open) {
        throw new RepricingRefused(
          'conflict',
          `restatement ${String(open['restatement'])} was interrupted: resume or undo it first`,
        );
      }
      const plan = await this.#plan(scope, scope.fromNs);
      const restatement = await this.#o.store.command('beginRestatement', {
        ...scope,
        actor,
        why,
        createdNs: this.#o.nowNs(),
        linesTotal: plan.lines,
      });
      return {
        restatement,
        linesTotal: plan.lines,
        work: () => this.#apply(restatement, scope, plan),
      };
    });
  }

  /** Goes on with one that was interrupted. @throws RepricingRefused */
  async resume(restatement: number): Promise<void> {
    await this.#reserve(async () => {
      const { state, scope, doneNs } = await this.#stored(restatement);
      if (state === 'undoing') return this.#undoing(restatement);
      if (state !== 'applying') {
        throw new RepricingRefused(
          'conflict',
          `restatement ${restatement} is ${state}, not interrupted`,
        );
      }
      const plan = await this.#plan(scope, doneNs);
      const rest = { ...scope, fromNs: doneNs };
      return {
        restatement,
        linesTotal: plan.lines,
        work: () => this.#apply(restatement, rest, plan),
      };
    });
  }

  /** Gives every line of a restatement its former cost back, in the background. @throws RepricingRefused */
  async undo(
    restatement: number,
    { actor, why }: { readonly actor: string; readonly why: string },
  ): Promise<void> {
    await this.#reserve(async () => {
      const { state } = await this.#stored(restatement);
      if (state === 'undone') {
        throw new RepricingRefused('conflict', `restatement ${restatement} is undone already`);
      }
      const above = await this.#o.store.query(
        'restatements_above',
        { restatement },
        { timeoutMs: PLAN_TIMEOUT_MS },
      );
      if (above.length > 0) {
        const numbers = above.map((row) => String(row['restatement'])).join(', ');
        throw new RepricingRefused(
          'conflict',
          `restatement ${numbers} changed some of the same lines later: undo it first`,
        );
      }
      if (state !== 'undoing') {
        await this.#o.store.command('moveRestatement', { restatement, to: 'undoing', actor, why });
      }
      return this.#undoing(restatement);
    });
  }

  /** One restatement. @throws RepricingRefused */
  async one(restatement: number): Promise<RestatementFacts> {
    const { items } = await this.list({ restatement, limit: 1, offset: 0 });
    const [found] = items;
    if (!found) throw new RepricingRefused('unknown', `there is no restatement ${restatement}`);
    return found;
  }

  async list(page: {
    readonly restatement: number | null;
    readonly limit: number;
    readonly offset: number;
  }): Promise<{ items: RestatementFacts[]; total: number }> {
    // What ends while the store answers was under way by what the store says.
    const before = this.#underWay?.progress.restatement;
    const rows = await this.#o.store.query('restatements', page);
    const underWay = [before, this.#underWay?.progress.restatement];
    return {
      items: rows.map((row) => restatementFacts(row, underWay)),
      total: Number(rows[0]?.['matching'] ?? 0),
    };
  }

  /** Stops after the chunk at hand; what is not done is interrupted. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#underWay?.done;
  }

  async #reserve(
    prepare: () => Promise<{
      readonly restatement: number;
      readonly linesTotal: number;
      readonly work: () => Promise<void>;
    }>,
  ): Promise<number> {
    if (this.#underWay) {
      const { restatement } = this.#underWay.progress;
      throw new RepricingRefused(
        'conflict',
        restatement === 0
          ? 'another restatement is being prepared'
          : `restatement ${restatement} is under way: wait until it has ended`,
      );
    }
    const progress = { restatement: 0, linesDone: 0, linesTotal: 0, ended: false };
    this.#underWay = { progress, done: Promise.resolve() };
    try {
      const { restatement, linesTotal, work } = await prepare();
      const done = work()
        .catch((error: unknown) => {
          if (!this.#closed) this.#o.onError(error);
        })
        .then(() => this.#end());
      this.#underWay = {
        progress: { restatement, linesDone: 0, linesTotal, ended: false },
        done,
      };
      return restatement;
    } catch (error) {
      this.#underWay = null;
      throw error;
    }
  }

  #end(): void {
    const progress = this.#underWay?.progress;
    this.#underWay = null;
    if (progress) this.#tell({ ...progress, ended: true });
  }

  #advance(lines: number): void {
    if (!this.#underWay) return;
    const { progress } = this.#underWay;
    this.#underWay.progress = { ...progress, linesDone: progress.linesDone + lines };
    this.#tell(this.#underWay.progress);
  }

  #tell(progress: RepriceProgress): void {
    for (const listener of this.#listeners) listener(progress);
  }

  async #apply(restatement: number, scope: RestatementScope, { bounds }: Plan): Promise<void> {
    const { store, nowNs } = this.#o;
    for (const [fromNs, toNs] of chunks(bounds, scope)) {
      if (this.#closed) return;
      const chunk = { ...scope, fromNs, toNs };
      const report = await this.#patiently(async () =>
        store.command('restateChunk', {
          ...chunk,
          restatement,
          nowNs: nowNs(),
          prices: await chunkPrices(this.#o, chunk),
        }),
      );
      this.#o.onRestated(report.pipelines);
      this.#advance(report.lines);
    }
    const move = { restatement, to: 'applied', nowNs: nowNs() } as const;
    await this.#patiently(() => store.command('moveRestatement', move));
  }

  async #undoing(restatement: number) {
    const { scope, undoDoneNs } = await this.#stored(restatement);
    const { store } = this.#o;
    const rows = await store.query(
      'undo_plan',
      { restatement, from: undoDoneNs, chunk: this.#chunk },
      { timeoutMs: PLAN_TIMEOUT_MS },
    );
    const rest = { fromNs: undoDoneNs, toNs: scope.toNs };
    const plan = planOf(rows);
    const work = async (): Promise<void> => {
      for (const [fromNs, toNs] of chunks(plan.bounds, rest)) {
        if (this.#closed) return;
        const report = await this.#patiently(() =>
          store.command('undoChunk', { restatement, fromNs, toNs }),
        );
        this.#o.onRestated(report.pipelines);
        this.#advance(report.restored + report.kept);
      }
      const move = { restatement, to: 'undone', nowNs: this.#o.nowNs() } as const;
      await this.#patiently(() => store.command('moveRestatement', move));
    };
    return { restatement, linesTotal: plan.lines, work };
  }

  get #chunk(): bigint {
    return BigInt(this.#o.chunkLines ?? CHUNK_LINES);
  }

  async #plan(scope: RestatementScope, fromNs: bigint): Promise<Plan> {
    const { toNs, pipeline, kind } = scope;
    const rows = await this.#o.store.query(
      'reprice_plan',
      { from: fromNs, to: toNs, pipeline, kind, chunk: this.#chunk },
      { timeoutMs: PLAN_TIMEOUT_MS },
    );
    return planOf(rows);
  }

  /** Waits while the store's process starts again. */
  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const isAway = error instanceof StoreError && error.reason === 'unavailable';
        if (!isAway || this.#closed || tries >= AWAY_TRIES_MAX) throw error;
        await this.#o.sleep(AWAY_RETRY_MS);
      }
    }
  }

  async #stored(restatement: number): Promise<{
    readonly state: string;
    readonly scope: RestatementScope;
    readonly doneNs: bigint;
    readonly undoDoneNs: bigint;
  }> {
    const [row] = await this.#o.store.query('restatements', { restatement, limit: 1, offset: 0 });
    if (!row) throw new RepricingRefused('unknown', `there is no restatement ${restatement}`);
    return {
      state: row['state'] as string,
      scope: scopeOf(row),
      doneNs: row['done_ns'] as bigint,
      undoDoneNs: row['undo_done_ns'] as bigint,
    };
  }
}

const planOf = (rows: readonly QueryRow[]): Plan => ({
  bounds: rows.map((row) => row['start_ns'] as bigint),
  lines: Number(rows[0]?.['total'] ?? 0),
});

/** Half-open stretches that cover the whole range without a gap. */
function* chunks(
  bounds: readonly bigint[],
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): Generator<readonly [fromNs: bigint, toNs: bigint]> {
  let at = fromNs;
  for (const bound of [...bounds.slice(1), toNs]) {
    if (bound > at) yield [at, bound];
    at = bound;
  }
}
