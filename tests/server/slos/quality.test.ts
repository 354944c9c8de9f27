import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Indicator } from '@burnbook/domain/slo/slo';
import { MINUTE_NS } from '@burnbook/domain/time';
import { sloDetailSchema, slosSchema } from '../../../server/contract.js';
import { at } from '../../support/budgets.js';
import { sloConfig, sloOf } from '../../support/slos.js';
import type { Attributes, SpanSpec } from '../../support/spanSpec.js';
import { startTestServer, type TestServer } from '../../support/testServer.js';
import { TraceMaker } from '../../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');

const checks = (where: Record<string, string[]>): Indicator => ({
  kind: 'ratio',
  total: { events: 'qualityChecks', where },
  good: { events: 'qualityChecks', where: { ...where, outcome: ['passed'] } },
  bad: null,
});

/** Pipelines whose checks a late parent moves: each case of the property has its own. */
const CASES = 4;
const pipelinesOf = (number: number) => [`top-${number}`, `below-${number}`] as const;
const MOVED = Array.from({ length: CASES + 1 }, (_, number) => pipelinesOf(number)).flat();

const CONFIG = sloConfig(
  sloOf({ name: 'checks', indicator: checks({ pipeline: ['mail-etl'] }) }),
  sloOf({
    name: 'gate-checks',
    indicator: checks({ pipeline: ['mail-*'], step: ['gate'], name: ['gate.*'] }),
  }),
  sloOf({
    name: 'not-broken',
    indicator: {
      kind: 'ratio',
      total: { events: 'qualityChecks', where: { pipeline: ['mail-etl'] } },
      good: null,
      bad: { events: 'qualityChecks', where: { outcome: ['error'] } },
    },
  }),
  sloOf({
    name: 'features-fresh',
    indicator: {
      kind: 'freshness',
      pipeline: null,
      dataset: 'mail-features',
      ageMaxNs: 10n * MINUTE_NS,
    },
  }),
  ...MOVED.map((name) => sloOf({ name, indicator: checks({ pipeline: [name] }) })),
);

const check = (outcome: string, name = 'gate.valid_share'): Attributes => ({
  'quality.check.name': name,
  'quality.check.outcome': outcome,
});

/** A run of a pipeline that began so many minutes before noon. */
const runAt = (minutesAgo: number, pipeline = 'mail-etl') =>
  new TraceMaker({
    startNs: NOON - BigInt(minutesAgo) * MINUTE_NS,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': `run ${minutesAgo}` },
  });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: CONFIG, nowNs: NOON });
});
afterAll(() => server.close());

/** Good and total of SLOs. */
async function countsOf(...names: string[]): Promise<(readonly [number, number])[]> {
  const { items } = await server.get('/api/slos', slosSchema);
  return names.map((name) => {
    const found = items.find((item) => item.name === name);
    if (!found) throw new Error(`there is no SLO ${name}`);
    return [found.period.good, found.period.total];
  });
}

describe('quality checks', () => {
  test('count once each at their end, and what says no known outcome did not pass', async () => {
    const run = new TraceMaker({ startNs: NOON - 20n * MINUTE_NS });
    const root = run.span({
      name: 'run',
      lastsMs: 60_000,
      attributes: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': 'run 1' },
    });
    const gate = run.span({
      name: 'gate',
      parent: root,
      attributes: { 'pipeline.step.name': 'gate' },
    });
    const below = (attributes: Attributes, failed = false) =>
      run.span({ name: 'check', parent: gate, failed, attributes });
    await server.send([
      root,
      gate,
      below({
        ...check('passed'),
        'quality.check.rows': 1_000,
        'quality.check.rows.failed': 12,
      }),
      below(check('passed', 'unique')),
      below(check('failed')),
      below(check('error'), true),
      below(check('fine')),
      below({ 'quality.check.name': 'gate.silent' }),
      run.span({ name: 'check of the run', parent: root, attributes: check('passed') }),
    ]);
    expect(await countsOf('checks', 'gate-checks', 'not-broken')).toEqual([
      [3, 7],
      [1, 5],
      [4, 7],
    ]);
  });

  test('that are bad are told with their name, outcome and span, and what sets them apart', async () => {
    const { badEvents, differs, slo } = await server.get('/api/slos/checks', sloDetailSchema);
    expect(slo.verdict).not.toMatch(/^Cannot/);
    expect(badEvents).toHaveLength(4);
    expect(badEvents.map(({ what }) => what)).toContain('gate.valid_share · failed');
    expect(badEvents[0]).toMatchObject({ pipeline: 'mail-etl', step: 'gate' });
    expect(badEvents[0]?.evidence?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(differs).toContainEqual(
      expect.objectContaining({ attribute: 'step', value: 'gate', bad: 4, good: 2 }),
    );
  });

  test('belong to the pipeline of their parent, in whatever order spans come', async () => {
    const outcome = fc.constantFrom('passed', 'failed', 'error');
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ isBelow: fc.boolean(), outcome }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        async (sketches, weights, looks) => {
          const [top, below] = pipelinesOf(number++);
          const spans = nested(top, below, sketches);
          const order = spans
            .map((span, index) => ({ span, weight: weights[index] ?? 0 }))
            .toSorted((a, b) => a.weight - b.weight);
          const half = order.length >> 1;
          for (const part of [order.slice(0, half), order.slice(half)]) {
            await server.send(part.map(({ span }) => span));
            if (looks) await countsOf(top);
          }
          const expected = [false, true].map((isBelow) => {
            const ours = sketches.filter((sketch) => sketch.isBelow === isBelow);
            return [ours.filter((sketch) => sketch.outcome === 'passed').length, ours.length];
          });
          expect(await countsOf(top, below)).toEqual(expected);
        },
      ),
      { numRuns: CASES, endOnFailure: true },
    );
  });

  test('move to the pipeline of a parent that comes after a restart', async () => {
    const [top, below] = pipelinesOf(CASES);
    const [root, inner, ...late] = nested(top, below, [{ isBelow: true, outcome: 'failed' }]);
    if (!root || !inner) throw new Error('there is no parent');
    await server.send([root, ...late]);
    await server.restart();
    expect(await countsOf(below)).toEqual([[0, 0]]);
    await server.send([inner]);
    expect(await countsOf(top, below)).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

/** A run, a run of another pipeline within it, and checks below either: they name no pipeline themselves. */
function nested(
  top: string,
  below: string,
  sketches: readonly { readonly isBelow: boolean; readonly outcome: string }[],
): SpanSpec[] {
  const trace = new TraceMaker({ startNs: NOON - 3n * MINUTE_NS });
  const root = trace.span({ attributes: { 'pipeline.name': top } });
  const inner = trace.span({ parent: root, attributes: { 'pipeline.name': below } });
  return [
    root,
    inner,
    ...sketches.map(({ isBelow, outcome }) =>
      trace.span({ parent: isBelow ? inner : root, attributes: check(outcome) }),
    ),
  ];
}

describe('freshness of a dataset', () => {
  const written = { 'dataset.name': 'mail-features' };

  test('goes by the newest success that wrote it; a failure and a heartbeat wrote nothing', async () => {
    const [first, failed, beat] = [runAt(20), runAt(5), runAt(4)];
    await server.send([
      first.span({ attributes: { 'pipeline.step.name': 'publish', ...written } }),
      failed.span({
        failed: true,
        attributes: { 'pipeline.step.name': 'publish', ...written },
      }),
      beat.span({ attributes: { 'pipeline.event': 'heartbeat', ...written } }),
      runAt(3).span({ attributes: { 'dataset.name': 'other' } }),
    ]);
    expect(await countsOf('features-fresh')).toEqual([[10, 20]]);
  });

  test('takes late word of any pipeline that wrote it, by the outcome of its run', async () => {
    const other = runAt(8, 'backfill');
    await server.send([
      other.span({ attributes: { 'pipeline.run.outcome': 'succeeded', ...written } }),
      runAt(2, 'backfill').span({
        attributes: { 'pipeline.run.outcome': 'cancelled', ...written },
      }),
    ]);
    expect(await countsOf('features-fresh')).toEqual([[18, 20]]);
  });
});
