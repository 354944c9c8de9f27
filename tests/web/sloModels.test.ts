import { describe, expect, test } from 'vitest';
import type { AlertRow, Incident, Replay, SloBurn, SloView } from '../../server/contract.js';
import { chartToCsv } from '../../web/chart/chartData.js';
import {
  byUrgency,
  currentStep,
  matchersOf,
  matchersText,
  timerText,
  verdictOf,
} from '../../web/incident/incidentText.js';
import { loadWords } from '../../web/i18n/t.js';
import { exclusionOf, newExclusionDraft } from '../../web/slo/exclusionDraft.js';
import { marksOf, stretchesOf } from '../../web/slo/replayModel.js';
import { burndownChart, burnRateChart } from '../../web/slo/sloCharts.js';
import { rateText, sloBurnText, targetText, usedOf } from '../../web/slo/sloText.js';

await loadWords('slos', 'incidents');

const ZONED = { locale: 'en-GB', tz: 'UTC', nowMs: Date.parse('2026-11-23T12:00:00Z') };

describe('the sentence of an error budget', () => {
  const slo = (said: Partial<SloView>): SloView => ({
    name: 'mail',
    displayName: 'Mail',
    service: 'mail',
    description: '',
    owner: null,
    runbook: 'RetryStorm',
    version: 1,
    target: 0.99,
    method: 'Occurrences',
    window: '28d',
    windowKind: 'rolling',
    indicatorKind: 'ratio',
    pipelines: [],
    unit: 'events',
    state: 'ok',
    verdict: '',
    verdictFacts: {
      kind: 'ok',
      problem: null,
      left: 0.29,
      coverage: null,
      isOfOccurrences: false,
      pair: null,
      burnRate: null,
      last: null,
      emptyAt: null,
      historyShare: null,
    },
    period: {
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-23T12:00:00Z',
      good: 99,
      total: 100,
      burnRate: 1,
      coverage: 1,
    },
    elapsed: 1,
    budgetLeft: 0.29,
    estimated: false,
    badLeft: 3,
    emptyAt: null,
    burnRate: 1,
    excludedSeconds: 0,
    budgetLeftWithoutExclusions: null,
    alerts: [],
    ...said,
  });

  test.each<[string, Partial<SloView>, string]>([
    [
      'tells what is used, elapsed, and when it is empty',
      { elapsed: 0.58, windowKind: 'calendar', emptyAt: '2026-11-24T09:00:00Z' },
      '71 % used · 58 % elapsed · empty Tue 09:00 (21 h)',
    ],
    ['is silent about a full rolling window', {}, '71 % used · lasts the period'],
    [
      'says by how much it is overdrawn',
      { budgetLeft: -0.5, state: 'exhausted', emptyAt: '2026-11-20T00:00:00Z' },
      '150 % used · over by 50 % of it',
    ],
    ['promises nothing of the unknown', { state: 'unknown' }, '71 % used'],
    ['tells no event from a whole budget', { budgetLeft: null }, 'no event in the window'],
    [
      'tells what was not due from what went well',
      { budgetLeft: null, state: 'idle' },
      'nothing was due',
    ],
  ])('%s', (_name, said, text) => {
    expect(sloBurnText(slo(said), ZONED)).toBe(text);
  });

  test('uses nothing while nothing is known', () => {
    expect(usedOf({ budgetLeft: null })).toBe(0);
    expect(usedOf({ budgetLeft: -1 })).toBe(2);
  });

  test('has as many digits as the target and the burn rate need', () => {
    expect(['0.999', '0.9995', '0.9'].map((target) => targetText(Number(target)))).toEqual([
      '99.9 %',
      '99.95 %',
      '90 %',
    ]);
    expect([14.4, 1_000.4, 0.034, null].map(rateText)).toEqual(['14.4×', '1000×', '0.03×', '–']);
  });
});

describe('the charts of an error budget', () => {
  const range = { from: new Date('2026-11-23T00:00:00Z'), to: new Date('2026-11-23T12:00:00Z') };
  const point = (
    at: string,
    said: Partial<SloBurn['points'][number]>,
  ): SloBurn['points'][number] => ({
    at,
    good: 0,
    total: 0,
    budgetLeft: null,
    pace: null,
    burnRates: [null, null],
    coverage: null,
    ...said,
  });
  const burn: SloBurn = {
    asOf: '2026-11-23T12:00:00Z',
    dataUntil: null,
    pairs: [
      { severity: 'page', long: '1h', short: '5m', factor: 14.4, op: 'gt' },
      { severity: 'ticket', long: '3d', short: '6h', factor: 1, op: 'gte' },
    ],
    points: [
      point('2026-11-23T01:00:00Z', {}),
      point('2026-11-23T02:00:00Z', { budgetLeft: 0.9, pace: 0.95, burnRates: [0, null] }),
      point('2026-11-23T03:00:00Z', { budgetLeft: -4, pace: 0.9, burnRates: [50, 2] }),
    ],
    annotations: [
      { at: '2026-11-22T00:00:00Z', kind: 'version', text: 'version 1 by ann' },
      {
        at: '2026-11-23T02:30:00Z',
        kind: 'alert',
        text: 'a sentence that is too long for a chart',
      },
    ],
  };
  const options = { range, tz: 'UTC', locale: 'en-GB' };

  test('leave out what is not known instead of drawing a zero', () => {
    const left = burndownChart(burn, options);
    expect(left.buckets.map(({ values }) => values.get('left')?.value)).toEqual([
      undefined,
      0.9,
      -4,
    ]);
    expect(left.ghost).toHaveLength(2);
    // The edge is a budget overdrawn by its own size; the readout and the table have the figure.
    expect(left.y?.domain).toEqual([-1, 1]);
    expect(chartToCsv(left, 'Time').split('\r\n')[3]).toBe('2026-11-23T02:00:00.000Z,-4');
  });

  test('put a rate of nothing on the foot of the log scale, and lines at the own factors', () => {
    const rate = burnRateChart(burn, options);
    const [, second, third] = rate.buckets;
    expect(second?.values.get('0')).toEqual({ value: 0.1, text: '0×', exact: '0' });
    expect(second?.values.has('1')).toBe(false);
    expect(third?.values.get('1')?.text).toBe('2×');
    expect(rate.y).toMatchObject({
      log: true,
      domain: [0.1, 90],
      rules: [
        { value: 14.4, label: 'Page 14.4×' },
        { value: 1, label: 'Ticket 1×' },
      ],
    });
  });

  test('name only what happened in the range, long sentences by their kind', () => {
    expect(burndownChart(burn, options).annotations).toEqual([
      { at: new Date('2026-11-23T02:30:00Z'), label: 'alert' },
    ]);
  });
});

describe('a replay', () => {
  const run: Replay['runs'][number] = {
    what: 'proposed',
    fires: [
      {
        severity: 'page',
        pair: 'page 1h/5m',
        occurrence: null,
        from: '2026-11-23T06:00:00Z',
        to: null,
        budgetBurnt: 0.1,
        latenessSeconds: 60,
        unseenSeconds: 0,
        noise: false,
      },
      {
        severity: 'ticket',
        pair: 'ticket 3d/6h',
        occurrence: null,
        from: '2026-11-23T02:00:00Z',
        to: '2026-11-23T02:01:00Z',
        budgetBurnt: 0,
        latenessSeconds: null,
        unseenSeconds: 0,
        noise: true,
      },
    ],
    pages: 1,
    tickets: 1,
    misses: [
      {
        from: '2026-11-22T22:00:00Z',
        to: '2026-11-23T01:00:00Z',
        budgetBurnt: 0.03,
        occurrence: null,
      },
    ],
    medianLatenessSeconds: 60,
    noise: 1,
    budgetLeft: 0.5,
    expected: null,
  };
  const range = { from: new Date('2026-11-23T00:00:00Z'), to: new Date('2026-11-23T12:00:00Z') };

  test('tells pages, noise and misses in the order of time', () => {
    expect(stretchesOf(run).map(({ kind }) => kind)).toEqual(['miss', 'noise', 'page']);
  });

  test('draws each within its range, the shortest wide enough to be seen', () => {
    const marks = marksOf(run, range);
    expect(marks.map(({ kind, from, length }) => [kind, Math.round(from), length])).toEqual([
      ['miss', 0, expect.closeTo(100 / 12)],
      ['noise', 17, 0.6],
      ['page', 50, 50],
    ]);
  });
});

describe('time that does not count', () => {
  test('begins with the next hour in the zone of the view', () => {
    const draft = newExclusionDraft(new Date('2026-11-23T10:20:00Z'), 'Asia/Kolkata');
    expect([draft.from, draft.to]).toEqual(['2026-11-23T16:30', '2026-11-23T17:30']);
  });

  test('goes to the server as instants of the typed zone, with a scope only where one is chosen', () => {
    const draft = {
      scope: 'slo' as const,
      value: ' mail ',
      from: '2026-07-01T09:00',
      to: 'never',
      rrule: ' ',
      timeZone: 'Europe/Berlin',
    };
    expect(exclusionOf(draft, 'maintenance')).toEqual({
      scope: { slo: 'mail' },
      from: '2026-07-01T07:00:00.000Z',
      // What cannot be read is the server's to refuse, with the name of the field.
      to: 'never',
      timeZone: 'Europe/Berlin',
      reason: 'maintenance',
    });
    expect(
      exclusionOf({ ...draft, scope: 'all', rrule: 'FREQ=DAILY', timeZone: 'Nowhere' }, 'x'),
    ).toMatchObject({ scope: {}, rrule: 'FREQ=DAILY', from: '2026-07-01T09:00:00.000Z' });
  });
});

describe('an incident', () => {
  const alert = (said: Partial<AlertRow>): AlertRow => ({
    id: 'a',
    name: 'RetryStorm',
    source: 'event',
    subject: {},
    severity: 'page',
    state: 'firing',
    summary: '',
    owner: null,
    runbook: '/runbooks/RetryStorm',
    firstAction: null,
    incidentId: null,
    startedAt: '2026-11-23T00:00:00Z',
    firedAt: null,
    changedAt: '2026-11-23T00:00:00Z',
    resolvedAt: null,
    reason: null,
    budgetLeft: null,
    emptyAt: null,
    stakeUsd: null,
    figures: {},
    muted: null,
    ...said,
  });

  test.each<[Incident['state'], AlertRow['state'][], string]>([
    ['open', ['resolved', 'firing', 'frozen'], 'firing'],
    ['acknowledged', ['resolved', 'frozen'], 'frozen'],
    ['open', ['resolved'], 'quiet'],
    ['closed', ['firing'], 'closed'],
  ])('that is %s with alerts %j is %s', (state, states, verdict) => {
    expect(verdictOf({ state, alerts: states.map((each) => alert({ state: each })) })).toBe(
      verdict,
    );
  });

  test('shows first what fires, pages before tickets', () => {
    const order = [
      alert({ id: 'resolved', state: 'resolved' }),
      alert({ id: 'ticket', severity: 'ticket' }),
      alert({ id: 'frozen', state: 'frozen' }),
      alert({ id: 'page' }),
    ].sort(byUrgency);
    expect(order.map(({ id }) => id)).toEqual(['page', 'ticket', 'frozen', 'resolved']);
  });

  test('counts whole seconds, and stops when it is closed', () => {
    const openedAt = '2026-11-23T11:59:14.700Z';
    expect(timerText({ openedAt, closedAt: null }, ZONED.nowMs)).toBe('45 s');
    expect(timerText({ openedAt, closedAt: '2026-11-23T12:11:20Z' }, ZONED.nowMs)).toBe(
      '12 min 05 s',
    );
    expect(timerText({ openedAt: '2026-11-23T12:00:01Z', closedAt: null }, ZONED.nowMs)).toBe(
      '0 s',
    );
  });

  test('is at the step that was done last', () => {
    const entry = (id: string, kind: 'note' | 'step', at: string) => ({
      id,
      kind,
      at,
      actor: 'ann',
      text: id,
      facts: null,
    });
    const timeline = [
      entry('second', 'step', '2026-11-23T02:00:00Z'),
      entry('first', 'step', '2026-11-23T01:00:00Z'),
      entry('note', 'note', '2026-11-23T03:00:00Z'),
    ];
    expect(currentStep(timeline)?.id).toBe('second');
    expect(currentStep([])).toBeNull();
  });

  test.each([
    ['name=RetryStorm, pipeline = mail-*', { name: 'RetryStorm', pipeline: 'mail-*' }],
    ['batch=a=b', { batch: 'a=b' }],
    ['RetryStorm', null],
    ['name=', null],
    ['=x', null],
    [' , ', null],
  ])('is silenced by %j as %j', (text, matchers) => {
    expect(matchersOf(text)).toEqual(matchers);
    if (matchers) expect(matchersOf(matchersText(matchers))).toEqual(matchers);
  });
});
