/** The property test of the counting, at the size of a normal or of a long run. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { slosSchema } from '../../server/contract.js';
import {
  delivery,
  materialise,
  PIPELINES,
  requestsOf,
  traceCase,
  type Delivery,
  type TraceCase,
} from './arbitraryTraces.js';
import { plainEvents } from './plainEvents.js';
import { ratio, sloConfig, sloOf } from './slos.js';
import type { SpanSpec } from './spanSpec.js';
import { startTestServer, type TestServer } from './testServer.js';

/** Cases of a run of each size: what is delivered, killed and restarted. */
const CASES = { property: 5, kill: 1 };
const KINDS = ['attempts', 'operations', 'modelCalls'] as const;

/** Each case has indicators of its own: one names its pipelines, the others all that begin alike. */
const slosOf = (number: number) => {
  const exact = PIPELINES.map((name) => `${number}-${name}`);
  return KINDS.map((kind) =>
    sloOf({
      name: `${kind} ${number}`,
      indicator: ratio(kind, { pipeline: kind === 'attempts' ? exact : [`${number}-*`] }),
      pipelines: exact,
    }),
  );
};

/** Which minutes pass while it travels, and when it is looked at. */
const travel = fc.record({
  spans: traceCase,
  plan: delivery,
  passing: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
});

let server: TestServer;
let nextCase = 0;

/** Spans of a case some 20 s apart, so that they are in several minutes. */
function spansOf(spans: TraceCase): { readonly number: number; readonly spans: SpanSpec[] } {
  const number = nextCase++;
  const made = materialise(spans, { number, baseNs: server.nowNs - 5n * MINUTE_NS });
  const apart = made.map((span, index) => {
    const byNs = BigInt(index) * 20_000_000_000n;
    return { ...span, startNs: span.startNs + byNs, endNs: span.endNs + byNs };
  });
  return { number, spans: apart };
}

const look = () => server.get('/api/slos?limit=1', slosSchema);

async function deliver(
  { spans, plan }: { readonly spans: readonly SpanSpec[]; readonly plan: Delivery },
  between: (request: number) => Promise<void>,
): Promise<void> {
  for (const [index, request] of requestsOf(spans, plan).entries()) {
    await server.sendAtLast(request, index % 2 === 0 ? 'json' : 'protobuf');
    await between(index);
  }
}

async function compare(number: number, spans: readonly SpanSpec[]): Promise<void> {
  server.nowNs += 30n * MINUTE_NS;
  await look();
  for (const [index, kind] of KINDS.entries()) {
    const indicator = slosOf(number)[index]?.indicatorId ?? '';
    const rows = await server.running.store.query('sli_stored', {
      indicator,
      from: 0n,
      to: server.nowNs,
    });
    const stored = rows
      .map((row) => ({
        minute: Number((row['minute_ns'] as bigint) / MINUTE_NS),
        good: Number(row['good']),
        total: Number(row['total']),
        // Calls stand for operations within a minute only.
        badOperations: kind === 'modelCalls' ? 0 : Number(row['bad_operations']),
      }))
      .filter(({ total }) => total !== 0);
    const expected = [...plainEvents(kind, spans)].map(([minute, counts]) => ({
      minute,
      ...counts,
    }));
    const byMinute = (a: { minute: number }, b: { minute: number }) => a.minute - b.minute;
    expect(stored.toSorted(byMinute), `${kind} ${number}`).toEqual(expected.toSorted(byMinute));
  }
}

/** @param scale how many times the cases of a normal run. */
export function sloCountingSuite(scale: number): void {
  const cases = (CASES.property + CASES.kill) * scale + 1;
  beforeAll(async () => {
    const slos = Array.from({ length: cases }, (_, number) => slosOf(number)).flat();
    server = await startTestServer({ config: sloConfig(...slos) });
  });
  afterAll(() => server.close());
  countingTests(scale);
}

function countingTests(scale: number): void {
  describe('counts of indicators equal a plain counting of all spans', () => {
    test(
      'however late, moved, split and repeated they come',
      { timeout: 120_000 * scale },
      async () => {
        await fc.assert(
          fc.asyncProperty(travel, async ({ spans: sketch, plan, passing }) => {
            const { number, spans } = spansOf(sketch);
            await deliver({ spans, plan }, async (request) => {
              const minutes = passing[request % passing.length] ?? 0;
              server.nowNs += BigInt(minutes) * MINUTE_NS;
              if (minutes > 0) await look();
            });
            await compare(number, spans);
          }),
          { numRuns: CASES.property * scale, endOnFailure: true },
        );
      },
    );

    test(
      'when the store is killed between a commit and its counting',
      { timeout: 120_000 * scale },
      async () => {
        await fc.assert(
          fc.asyncProperty(travel, async ({ spans: sketch, plan }) => {
            const { number, spans } = spansOf(sketch);
            await deliver({ spans, plan }, async (request) => {
              if (request === 0) {
                await server.killStore();
                server.nowNs += MINUTE_NS;
              }
            });
            await expect.poll(() => server.running.store.ready, { timeout: 20_000 }).toBe(true);
            await compare(number, spans);
          }),
          { numRuns: CASES.kill * scale, endOnFailure: true },
        );
      },
    );

    test('when the server starts again before it counted', { timeout: 60_000 }, async () => {
      const [sample] = fc.sample(travel, { numRuns: 1, seed: 7 });
      if (!sample) throw new Error('there is no sample');
      const { number, spans } = spansOf(sample.spans);
      await deliver({ spans, plan: sample.plan }, () => Promise.resolve());
      await server.restart();
      await compare(number, spans);
    });
  });
}
