/** Tells listeners what was committed, at most once a second each. */
import { formatTime } from '@burnbook/domain/time';
import type { CommitEvent } from '../contract.js';
import type { CommitReport } from '../store/protocol.js';

const PAUSE_MS = 1_000;
/** How long the store is believed about what earlier processes stored: a commit whose report got lost shows after it. */
const STORED_MS = 5_000;
const PIPELINES_MAX = 50;

export class CommitFeed {
  readonly #listeners = new Set<(event: CommitEvent) => void>();
  readonly #nowNs: () => bigint;
  #spans = 0;
  #pipelines = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #lastMs = 0;
  #lastCommitNs: bigint | null = null;
  #stored: { readonly newestNs: Promise<bigint | null>; readonly untilMs: number } | null = null;

  constructor(nowNs: () => bigint) {
    this.#nowNs = nowNs;
  }

  /**
   * When the newest span arrived, UTC nanoseconds; null when none ever did.
   * @param read asks the store, while this process has seen no commit.
   */
  async newestNs(read: () => Promise<bigint | null>): Promise<bigint | null> {
    if (this.#lastCommitNs !== null) return this.#lastCommitNs;
    if (!this.#stored || this.#stored.untilMs <= performance.now()) {
      const stored = { newestNs: read(), untilMs: performance.now() + STORED_MS };
      this.#stored = stored;
      stored.newestNs.catch(() => {
        if (this.#stored === stored) this.#stored = null;
      });
    }
    const stored = await this.#stored.newestNs;
    return this.#lastCommitNs ?? stored;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** @returns stops the telling. */
  listen(listener: (event: CommitEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  committed(report: CommitReport): void {
    if (report.spansAccepted === 0) return;
    this.#lastCommitNs = this.#nowNs();
    this.#spans += report.spansAccepted;
    this.#changed(report.pipelines);
  }

  /** Costs that were stored changed, without any telemetry. */
  restated(pipelines: readonly string[]): void {
    if (pipelines.length > 0) this.#changed(pipelines);
  }

  #changed(pipelines: readonly string[]): void {
    for (const pipeline of pipelines) {
      if (this.#pipelines.size < PIPELINES_MAX) this.#pipelines.add(pipeline);
    }
    if (this.#timer) return;
    const waitMs = Math.max(0, this.#lastMs + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => this.#tell(), waitMs).unref();
  }

  #tell(): void {
    this.#timer = null;
    this.#lastMs = performance.now();
    const event: CommitEvent = {
      at: formatTime(this.#nowNs()),
      spans: this.#spans,
      pipelines: [...this.#pipelines],
    };
    this.#spans = 0;
    this.#pipelines = new Set();
    for (const listener of this.#listeners) listener(event);
  }
}
