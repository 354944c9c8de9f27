/**
 * Compute rates by pipeline, in the versions in which they were known.
 */
import type { ComputeRate } from '@burnbook/domain/price';

export interface ComputeRateSet {
  /** Rate of pipelines without one of their own; null: their compute is unpriced. */
  readonly fallback: ComputeRate | null;
  readonly byPipeline: ReadonlyMap<string, ComputeRate>;
}

export class ComputeRates {
  readonly #versions: ComputeRateSet[] = [{ fallback: null, byPipeline: new Map() }];

  /** The newest version. */
  get version(): number {
    return this.#versions.length - 1;
  }

  publish(rates: ComputeRateSet): void {
    this.#versions.push(rates);
  }

  /** @returns null when that version has no rate for the pipeline. */
  rate(version: number, pipeline: string): ComputeRate | null {
    const set = this.#versions[version];
    return set ? (set.byPipeline.get(pipeline) ?? set.fallback) : null;
  }
}
