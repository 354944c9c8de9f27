/** Sends random spans to a server and compares its bill with the plain reading. */
import { expect } from 'vitest';
import type { Config } from '../../server/config/config.js';
import {
  materialise,
  PIPELINES,
  requestsOf,
  type Delivery,
  type TraceCase,
} from './arbitraryTraces.js';
import type { RecordedAttempt, RetryPolicy } from '@burnbook/domain/retryPolicy';
import { formatTime, HOUR_NS, parseTime } from '@burnbook/domain/time';
import { costsSchema, wasteSchema, whatIfSchema } from '../../server/contract.js';
import { readBills } from './billReading.js';
import { byName, plainBatches } from './plainBatches.js';
import { plainCosts } from './plainCosts.js';
import { plainAttempts, plainTries, plainWhatIf } from './plainRetries.js';
import { readPlainly, type PlainPrices } from './plainReading.js';
import type { SpanSpec } from './spanSpec.js';
import type { TestServer } from './testServer.js';

const AS_IT_WAS: RetryPolicy = {
  attemptsMax: null,
  timeoutMs: null,
  backoffBaseMs: null,
  backoffMaxMs: null,
};
const POLICIES: readonly RetryPolicy[] = [
  { ...AS_IT_WAS, attemptsMax: 1 },
  { ...AS_IT_WAS, attemptsMax: 2, timeoutMs: 20, backoffBaseMs: 7 },
  { ...AS_IT_WAS, timeoutMs: 10, backoffMaxMs: 3 },
  { ...AS_IT_WAS, attemptsMax: 4, backoffBaseMs: 1, backoffMaxMs: 2 },
];
const CASES_MAX = 4_000;
/** Every case has a second of its own, so that the costs of that second are its costs. */
const CASE_NS = 1_000_000_000n;

const PRICES: PlainPrices = {
  models: { wren: { inputQuarters: 82n, outputQuarters: 401n } },
  cpuMilliNano: (pipeline) => (pipeline.endsWith('-b') ? 10_101_500n : 12_500_000n),
};

const CONFIG: Config = {
  prices: {
    prices: [
      {
        provider: 'testai',
        model: 'wren',
        tier: 'standard',
        inputUsdPerMillion: '0.0205',
        outputUsdPerMillion: '0.10025',
        source: 'the test',
      },
    ],
  },
  pipelines: {
    computeRates: { cpuSecondUsd: '0.0000125', memoryGbSecondUsd: '0', source: 'the test' },
    pipelines: Array.from({ length: CASES_MAX }, (_, number) => ({
      name: `${number}-b`,
      computeRates: { cpuSecondUsd: '0.0000101015', memoryGbSecondUsd: '0', source: 'the test' },
    })),
  },
};

export class AttributionCheck {
  static readonly config = CONFIG;
  static #next = 0;
  readonly #server: TestServer;
  #sent: { readonly number: number; readonly spans: readonly SpanSpec[] }[] = [];

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** Sends the requests of all cases in turns, those of one turn at once. */
  async deliver(
    cases: readonly { readonly spans: TraceCase; readonly plan: Delivery }[],
    options: {
      readonly halfway?: () => Promise<void>;
      /** Goes on while the requests of the middle turn are on their way. */
      readonly meanwhile?: () => Promise<void>;
    } = {},
  ): Promise<void> {
    this.#sent = cases.map(({ spans }) => {
      const number = AttributionCheck.#next++;
      if (number >= CASES_MAX) throw new Error(`more than ${CASES_MAX} cases`);
      return {
        number,
        spans: materialise(spans, { number, baseNs: this.#baseNs(number) }),
      };
    });
    const queues = cases.map(({ plan }, index) => requestsOf(this.#sent[index]?.spans ?? [], plan));
    const turns = Math.max(...queues.map(({ length }) => length));
    for (let turn = 0; turn < turns; turn++) {
      if (turn === turns >> 1) await options.halfway?.();
      const meanwhile = turn === turns >> 1 ? options.meanwhile?.() : undefined;
      await Promise.all(
        queues.map(async (requests, index) => {
          const request = requests[turn];
          if (request)
            await this.#server.sendAtLast(request, (turn + index) % 2 === 0 ? 'json' : 'protobuf');
        }),
      );
      await meanwhile;
    }
  }

  /** Compares the bills of all cases that were delivered last. */
  async compare(): Promise<void> {
    for (const { number, spans } of this.#sent) {
      const pipelines = PIPELINES.map((name) => `${number}-${name}`);
      const told = await readBills(this.#server, pipelines);
      const plain = readPlainly(spans, PRICES);
      expect(told.lines).toEqual(plain);
      expect(told.totalNanoUsd).toBe(
        plain
          .filter(({ excluded }) => excluded === null)
          .reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0n), 0n),
      );
      const expected = plainBatches(spans);
      const names = new Set(expected.map(({ pipeline, batchId }) => `${pipeline} ${batchId}`));
      const listed = told.batches
        .filter(({ shared, pipeline, batchId }) => !shared && names.has(`${pipeline} ${batchId}`))
        .map(({ pipeline, batchId, startedAt, runs }) => {
          return { pipeline, batchId, startNs: parseTime(startedAt), runs };
        });
      expect(listed.toSorted(byName)).toEqual(expected);
      for (const groupBy of ['pipeline', 'step'] as const) {
        expect(await this.#costs(number, groupBy)).toEqual(plainCosts(plain, groupBy));
      }
      await this.#compareRetries(number, plainAttempts(spans, plain));
    }
  }

  /** Attempts in the case's own second, and in a stretch of time that sums answer, told apart by its pipelines. */
  async #compareRetries(number: number, attempts: readonly RecordedAttempt[]): Promise<void> {
    const fromNs = this.#baseNs(number);
    const range = `from=${formatTime(fromNs)}&to=${formatTime(fromNs + CASE_NS)}`;
    const policy = POLICIES[number % POLICIES.length] ?? AS_IT_WAS;
    const asked = Object.entries(policy).flatMap(([name, value]) =>
      value === null ? [] : [`&${name}=${value}`],
    );
    const names = PIPELINES.map((name) => `pipeline:${number}-${name}`).join(',');
    const [own, all, replayed] = await Promise.all([
      this.#server.get(`/api/retries/waste?groupBy=cause&${range}`, wasteSchema),
      this.#server.get(`/api/retries/waste?groupBy=cause&from=-2d&filter=${names}`, wasteSchema),
      this.#server.get(`/api/retries/what-if?${range}${asked.join('')}`, whatIfSchema),
    ]);
    expect(own.byAttempts).toEqual(plainTries(attempts));
    expect(replayed).toMatchObject(plainWhatIf(attempts, policy));
    expect(all).toMatchObject({ byAttempts: own.byAttempts, total: own.total });
  }

  #baseNs(number: number): bigint {
    return this.#server.nowNs - HOUR_NS - BigInt(number) * CASE_NS;
  }

  /** What `/api/costs` says of a case, by group: its money and its counted calls. */
  async #costs(number: number, groupBy: 'pipeline' | 'step'): Promise<Map<string | null, unknown>> {
    const fromNs = this.#baseNs(number);
    const range = `from=${formatTime(fromNs)}&to=${formatTime(fromNs + CASE_NS)}`;
    const { items } = await this.#server.get(`/api/costs?groupBy=${groupBy}&${range}`, costsSchema);
    return new Map(
      items
        // A group of excluded lines alone says nothing.
        .filter(({ cost, modelCalls }) => modelCalls > 0 || cost.totalUsd !== '0')
        .map(({ key, cost, modelCalls }) => [key, { ...cost, modelCalls }]),
    );
  }
}
