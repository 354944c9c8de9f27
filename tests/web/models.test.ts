import { describe, expect, test } from 'vitest';
import type {
  Attempt,
  BatchDetail,
  Bill,
  Overview,
  SpanView,
  Trace,
} from '../../server/contract.js';
import { needsLook, operationsOf } from '../../web/batch/attemptModel.js';
import { billGroups, openSteps, toggleStep } from '../../web/batch/billModel.js';
import { icicle } from '../../web/batch/icicleModel.js';
import { chartToCsv } from '../../web/chart/chartData.js';
import { seriesColors } from '../../web/chart/seriesColor.js';
import { spendModel } from '../../web/overview/spendChart.js';
import { traceTree } from '../../web/trace/traceTree.js';

const cost = (totalUsd: string, retryWasteUsd = '0') => ({
  totalUsd,
  computeUsd: totalUsd,
  modelUsd: '0',
  retryWasteUsd,
  failureCostUsd: '0',
  unpricedCalls: 0,
});
const evidence = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

describe('the bill by step', () => {
  const bill = {
    byStep: [
      { step: 'parse', kind: 'compute', lines: 1, cost: cost('0.1') },
      { step: 'embed', kind: 'compute', lines: 1, cost: cost('0.2') },
      { step: 'embed', kind: 'model', lines: 300, cost: cost('1.7', '0.5') },
      { step: null, kind: 'compute', lines: 1, cost: cost('0.01') },
    ],
  } as unknown as Bill;

  test('adds the kinds of a step, costliest first, from the sums of the server', () => {
    expect(
      billGroups(bill, []).map(({ step, totalUsd, wasteUsd, linesTotal }) => [
        step,
        totalUsd,
        wasteUsd,
        linesTotal,
      ]),
    ).toEqual([
      ['embed', '1.9', '0.5', 301],
      ['parse', '0.1', '0', 1],
      ['', '0.01', '0', 1],
    ]);
  });

  test('opens the costliest step first and keeps the choice in the URL, whatever a step is called', () => {
    const groups = billGroups(bill, []);
    expect([...openSteps(null, groups)]).toEqual(['embed']);
    expect([...openSteps('-', groups)]).toEqual([]);
    for (const step of ['', '-', '.', 'a|b', '100 %', '%7C', '嵌入']) {
      const param = toggleStep(new Set(['embed']), step);
      expect(openSteps(param, groups)).toEqual(new Set(['embed', step]));
      expect(openSteps(toggleStep(openSteps(param, groups), step), groups)).toEqual(
        new Set(['embed']),
      );
    }
    expect(toggleStep(new Set(['embed']), 'embed')).toBe('-');
  });
});

describe('attempts', () => {
  const attempt = (over: Partial<Attempt>): Attempt => ({
    runId: 'r',
    step: 'embed',
    operation: 'o',
    name: 'embed rows',
    number: 1,
    outcome: 'succeeded',
    errorClass: null,
    backoffMs: null,
    startedAt: '2026-11-22T00:00:00Z',
    endedAt: '2026-11-22T00:00:01Z',
    durationMs: 1_000,
    costUsd: '0.1',
    retryWaste: false,
    evidence,
    ...over,
  });

  test('of one thing are one operation, in order, with what was wasted', () => {
    const [operation] = operationsOf([
      attempt({ number: 2, costUsd: '0.3' }),
      attempt({ number: 1, outcome: 'failed', retryWaste: true, costUsd: '0.2' }),
    ]);
    expect(operation?.attempts.map((each) => each.number)).toEqual([1, 2]);
    expect(operation).toMatchObject({ outcome: 'succeeded', costUsd: '0.5', wasteUsd: '0.2' });
  });

  test('that never won come before those that were retried, and these before the rest', () => {
    const operations = operationsOf([
      attempt({ operation: 'calm', costUsd: '9' }),
      attempt({ operation: 'retried', outcome: 'failed', retryWaste: true }),
      attempt({ operation: 'retried', number: 2 }),
      attempt({ operation: 'lost', outcome: 'failed' }),
    ]);
    expect(operations.map((each) => each.key)).toEqual(['r lost', 'r retried', 'r calm']);
    expect(operations.map(needsLook)).toEqual([true, true, false]);
  });

  test('without a price have an unknown cost, not 0', () => {
    expect(operationsOf([attempt({ costUsd: null })])[0]?.costUsd).toBeNull();
  });

  test('never make their step wider than it is in the icicle, nor the batch', () => {
    const batch = {
      batchId: 'b',
      steps: [
        {
          step: 'embed',
          cost: cost('1'),
          profile: { wallMs: 500 },
          tokens: 10,
          state: 'succeeded',
          evidence,
        },
        {
          step: 'parse',
          cost: cost('3'),
          profile: { wallMs: 500 },
          tokens: 0,
          state: 'succeeded',
          evidence,
        },
      ],
      attempts: [
        attempt({ operation: 'a', costUsd: '1.5' }),
        attempt({ operation: 'b', costUsd: '0.5' }),
      ],
    } as unknown as BatchDetail;
    const nodes = icicle(batch, 'cost');
    const share = (name: string) => nodes.find((node) => node.name === name)?.share;
    expect(share('embed')).toBeCloseTo(0.25);
    expect(share('parse')).toBeCloseTo(0.75);
    const attempts = nodes.filter((node) => node.depth === 2);
    expect(attempts.reduce((sum, node) => sum + node.share, 0)).toBeCloseTo(0.25);
    expect(icicle(batch, 'tokens').filter((node) => node.depth === 2)).toEqual([]);
    expect(icicle({ ...batch, steps: [], attempts: [] }, 'cost')).toEqual([]);
  });
});

describe('a trace', () => {
  const span = (spanId: string, parentSpanId: string | null, startedAt: string): SpanView =>
    ({ spanId, parentSpanId, startedAt, durationNs: '1000000000' }) as unknown as SpanView;
  const tree = (spans: SpanView[]) => traceTree({ spans } as unknown as Trace).rows;
  const at = (second: number) => `2026-11-22T00:00:0${second}Z`;

  test('is a tree whatever the order of its spans', () => {
    const rows = tree([
      span('c', 'a', at(2)),
      span('b', 'a', at(1)),
      span('d', 'b', at(3)),
      span('a', null, at(0)),
    ]);
    expect(rows.map((row) => [row.span.spanId, row.depth])).toEqual([
      ['a', 0],
      ['b', 1],
      ['d', 2],
      ['c', 1],
    ]);
    expect(rows[2]).toMatchObject({ left: 75, width: 25 });
  });

  test('shows a span without its parent, and spans that are each other’s parents, once', () => {
    const rows = tree([
      span('x', 'gone', at(1)),
      span('p', 'q', at(2)),
      span('q', 'p', at(3)),
      span('s', 's', at(4)),
    ]);
    expect(rows.map((row) => row.span.spanId).sort()).toEqual(['p', 'q', 's', 'x']);
  });

  test('of ten thousand nested spans does not overflow', () => {
    const spans = Array.from({ length: 10_000 }, (_, index) =>
      span(`${index}`, index === 0 ? null : `${index - 1}`, at(0)),
    );
    expect(tree(spans)).toHaveLength(10_000);
  });
});

describe('the spend chart', () => {
  const row = (bucket: string, series: string, usd: string, unpriced = 0) => ({
    bucket,
    series,
    usd,
    lines: 1,
    unpriced,
  });
  const overview = {
    from: '2026-11-20T00:00:00Z',
    to: '2026-11-22T00:00:00Z',
    tz: 'UTC',
    bucketMs: 86_400_000,
    needsYou: [{ batchId: 'b', since: '2026-11-21T03:00:00Z' }],
    series: [
      row('2026-11-20T00:00:00Z', 'gpt', '0.1'),
      row('2026-11-20T00:00:00Z', 'compute', '0.2'),
      row('2026-11-21T00:00:00Z', 'gpt', '0.7'),
      row('2026-11-21T00:00:00Z', '(other)', '5'),
    ],
  } as unknown as Overview;
  const options = { locale: 'en', only: null, without: [], previous: null };

  test('adds up exactly, and lists Other last however large', () => {
    const model = spendModel(overview, options);
    expect(model.shownUsd).toBe('6');
    expect(model.totals.map((series) => [series.key, series.totalUsd])).toEqual([
      ['gpt', '0.8'],
      ['compute', '0.2'],
      ['(other)', '5'],
    ]);
    expect(model.highest?.totalText).toBe('$5.70');
  });

  test('counts the lines of a series that have no price', () => {
    const unpriced = { ...overview, series: [row('2026-11-20T00:00:00Z', 'new-model', '0', 3)] };
    expect(spendModel(unpriced, options).totals[0]).toMatchObject({
      totalUsd: '0',
      unpricedLines: 3,
    });
  });

  test('marks where what needs someone began, if that is in the range', () => {
    const { data } = spendModel(overview, options);
    expect(data.annotations).toEqual([{ at: new Date('2026-11-21T03:00:00Z'), label: '△ b' }]);
    const later = { ...overview, from: '2026-11-21T04:00:00Z' };
    expect(spendModel(later, options).data.annotations).toEqual([]);
  });

  test('with one series alone, or without one, adds up what it shows', () => {
    expect(spendModel(overview, { ...options, only: 'gpt' }).shownUsd).toBe('0.8');
    expect(spendModel(overview, { ...options, without: ['gpt'] }).shownUsd).toBe('5.2');
  });

  test('lays the period before over this one, with its gaps as zero', () => {
    const previous = {
      ...overview,
      from: '2026-11-18T00:00:00Z',
      to: '2026-11-20T00:00:00Z',
      series: [row('2026-11-19T00:00:00Z', 'gpt', '0.4')],
    };
    expect(spendModel(overview, { ...options, previous }).data.ghost).toEqual([
      { at: new Date('2026-11-20T00:00:00Z'), value: 0 },
      { at: new Date('2026-11-21T00:00:00Z'), value: 0.4 },
    ]);
  });

  test('writes exact figures as CSV that no spreadsheet runs', () => {
    const hostile = {
      ...overview,
      series: [row('2026-11-20T00:00:00Z', '=HYPERLINK("x")', '0.000000001')],
    };
    expect(chartToCsv(spendModel(hostile, options).data, 'Time')).toBe(
      'Time,"\'=HYPERLINK(""x"")"\r\n2026-11-20T00:00:00.000Z,0.000000001\r\n',
    );
  });

  test('gives a model the same colour whichever others are beside it, unless two want the same', () => {
    const alone = seriesColors(['gpt-4o-mini']).get('gpt-4o-mini');
    expect(seriesColors(['gpt-4o-mini', 'compute']).get('compute')).toBe(
      seriesColors(['compute']).get('compute'),
    );
    expect(alone).toMatch(/^var\(--s[1-4]\)$/);
    const colors = seriesColors(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(new Set(colors.values()).size).toBe(6);
  });
});
