import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import { standardPolicy } from '@burnbook/domain/slo/evaluate';
import type { ExpectedEvents } from '@burnbook/domain/slo/expectedEvents';
import type { Slo } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';

/** Events of one minute. */
export interface MinuteEvents {
  readonly total: number;
  readonly bad: number;
  /** As many as are bad unless said. */
  readonly badOperations?: number;
  /** Whether it counts as covered; null: nothing was due. Covered unless said. */
  readonly covered?: boolean | null;
}

/** Minutes in a row, with the readers that an evaluation asks. */
export class MinuteSeries implements SumReader, CoverageReader {
  readonly startNs: bigint;
  readonly length: number;
  readonly #sums: { good: number; total: number; badOperations: number }[];
  readonly #due: number[];
  readonly #covered: number[];

  constructor(startNs: bigint, minutes: readonly MinuteEvents[]) {
    this.startNs = startNs;
    this.length = minutes.length;
    this.#sums = [{ good: 0, total: 0, badOperations: 0 }];
    this.#due = [0];
    this.#covered = [0];
    for (const { total, bad, badOperations = bad, covered = true } of minutes) {
      const last = this.#sums.at(-1) ?? { good: 0, total: 0, badOperations: 0 };
      this.#sums.push({
        good: last.good + total - bad,
        total: last.total + total,
        badOperations: last.badOperations + badOperations,
      });
      this.#due.push((this.#due.at(-1) ?? 0) + (covered === null ? 0 : 1));
      this.#covered.push((this.#covered.at(-1) ?? 0) + (covered === true ? 1 : 0));
    }
  }

  atMinute(minute: number): bigint {
    return this.startNs + BigInt(minute) * MINUTE_NS;
  }

  sum(fromNs: bigint, toNs: bigint): { good: number; total: number; badOperations: number } {
    const from = this.#sums[this.#index(fromNs)] ?? { good: 0, total: 0, badOperations: 0 };
    const to = this.#sums[this.#index(toNs)] ?? from;
    return {
      good: to.good - from.good,
      total: to.total - from.total,
      badOperations: to.badOperations - from.badOperations,
    };
  }

  coverage(fromNs: bigint, toNs: bigint): number | null {
    const [from, to] = [this.#index(fromNs), this.#index(toNs)];
    const due = (this.#due[to] ?? 0) - (this.#due[from] ?? 0);
    return due === 0 ? null : ((this.#covered[to] ?? 0) - (this.#covered[from] ?? 0)) / due;
  }

  #index(ns: bigint): number {
    return Math.max(0, Math.min(this.length, Number((ns - this.startNs) / MINUTE_NS)));
  }
}

/** As many events a minute as said, for ever. */
export const steady = (perMinute: number, sinceNs: bigint | null): ExpectedEvents => ({
  sinceNs,
  between: (fromNs, toNs) => (Number(toNs - fromNs) / Number(MINUTE_NS)) * perMinute,
});

/** An SLO of attempts, 99.9 % over 30 days by the calendar of UTC, unless said. */
export function testSlo(parts: Partial<Slo> = {}): Slo {
  const slo: Slo = {
    name: 'mail',
    displayName: 'Mail',
    service: 'mail-etl',
    description: '',
    indicatorId: 'x',
    indicator: {
      kind: 'ratio',
      total: { events: 'attempts', where: {} },
      good: { events: 'attempts', where: { outcome: ['succeeded'] } },
      bad: null,
    },
    method: 'Occurrences',
    target: 0.999,
    targetPpb: 999_000_000,
    slice: null,
    window: { kind: 'calendar', unit: 'day', count: 30, startTime: '2026-01-01', timeZone: 'UTC' },
    policies: [],
    pipelines: ['mail-etl'],
    owner: null,
    runbook: null,
    labels: {},
    file: 'slos.yaml',
    line: 1,
    ...parts,
  };
  return parts.policies ? slo : { ...slo, policies: [standardPolicy(slo)] };
}
