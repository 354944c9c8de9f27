import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatTime, MINUTE_NS } from '@burnbook/domain/time';
import { replaySchema, sloBurnSchema, sloDetailSchema } from '../../server/contract.js';
import { alertsBecome, post } from '../support/alerts.js';
import { at } from '../support/budgets.js';
import { ratio, sloConfig, sloNamed, sloOf, staysUp, tries } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');
const PAGE = {
  severity: 'page',
  longNs: 60n * MINUTE_NS,
  shortNs: 5n * MINUTE_NS,
  factor: 14.4,
} as const;

let server: TestServer;
beforeAll(async () => {
  const torn = sloOf({
    name: 'torn',
    indicator: ratio('attempts', { pipeline: ['torn'] }),
    pipelines: ['torn'],
    policies: [{ name: 'own', pairs: [PAGE], destinations: [] }],
  });
  server = await startTestServer({
    config: sloConfig(sloOf({ name: 'mail' }), torn),
    nowNs: NOON,
  });
});
afterAll(() => server.close());

const span = (atNs: bigint, lastsMs: number, attributes: Record<string, string | number>) =>
  new TraceMaker({
    startNs: atNs,
    common: { 'pipeline.name': 'mail-etl', 'pipeline.run.id': 'run-1' },
  }).span({ name: 'mail-etl', lastsMs, attributes });

const longCoverage = async (): Promise<number | null> => {
  const { pairs } = await server.get('/api/slos/mail', sloDetailSchema);
  return pairs[0]?.longWindow.coverage ?? null;
};

describe('what telemetry does not cover', () => {
  test('nothing was due: idle, not unknown', async () => {
    expect(await sloNamed(server, 'mail')).toMatchObject({
      state: 'idle',
      period: { coverage: null },
    });
  });

  test('a run that announced itself and burns is covered while it gives signs of life', async () => {
    const failed = Array.from({ length: 20 }, (_, index) =>
      tries({ atNs: NOON - MINUTE_NS + BigInt(index), outcomes: ['failed'] }),
    ).flat();
    await server.send([span(NOON - MINUTE_NS, 1, { 'pipeline.event': 'start' }), ...failed]);
    expect(await sloNamed(server, 'mail')).toMatchObject({ state: 'critical' });
    expect(await longCoverage()).toBe(1);
  });

  test('silence resolves nothing: what burned stays, frozen, and the coverage falls', async () => {
    server.nowNs = NOON + 50n * MINUTE_NS;
    const slo = await sloNamed(server, 'mail');
    expect(slo).toMatchObject({ state: 'critical' });
    expect(slo.verdict).toMatch(/no data shows whether it is over/);
    expect(await longCoverage()).toBeLessThan(0.2);
    const { points } = await server.get('/api/slos/mail/burn?from=-30m', sloBurnSchema);
    expect(points.at(-1)?.coverage).toBe(0);
    await alertsBecome(server, 'name=TelemetryMissing&state=firing', [
      {
        severity: 'page',
        subject: { pipeline: 'mail-etl' },
        owner: 'data-platform',
        figures: { slos: 'mail' },
      },
    ]);
  });

  test('the end of the run, late as it is, covers all of it', async () => {
    await server.send([
      span(NOON - MINUTE_NS, 45 * 60_000, { 'pipeline.run.outcome': 'succeeded' }),
    ]);
    expect(await longCoverage()).toBe(1);
    await alertsBecome(server, 'name=TelemetryMissing&state=firing', []);
  });
});

describe('a replay', () => {
  test('resolves nothing by minutes that telemetry does not cover, as the evaluation does not', async () => {
    const from = NOON + 120n * MINUTE_NS;
    server.nowNs = from + 3n * MINUTE_NS;
    const outcomes = (outcome: 'failed' | 'succeeded', run: string, minute: number) =>
      tries({
        atNs: from + BigInt(minute) * MINUTE_NS,
        outcomes: [outcome],
        run,
        pipeline: 'torn',
      });
    await server.send(Array.from({ length: 30 }, () => outcomes('failed', 'first', 2)).flat());
    expect(await sloNamed(server, 'torn')).toMatchObject({ state: 'critical' });
    // Most of what the next run told was lost on its way: what is left of it looks good.
    server.nowNs = from + 40n * MINUTE_NS;
    await staysUp(server, { fromNs: from, toNs: server.nowNs });
    const lossy = new TraceMaker({
      startNs: from + 3n * MINUTE_NS,
      common: { 'pipeline.name': 'torn', 'pipeline.run.id': 'second' },
    }).span({ name: 'torn', lastsMs: 37 * 60_000, attributes: { 'burnbook.dropped_spans': 900 } });
    const good = Array.from({ length: 36 }, (_, minute) =>
      outcomes('succeeded', 'second', minute + 3),
    ).flat();
    await server.send([lossy, ...good]);
    const frozen = await sloNamed(server, 'torn');
    expect(frozen.verdict).toMatch(/no data shows whether it is over/);
    const { body } = await post(server, '/api/slos/replay', {
      slo: 'torn',
      from: formatTime(from),
      to: 'now',
    });
    const [run] = replaySchema.parse(body).runs;
    // For a quarter of an hour its own end was in sight.
    expect(run?.fires).toMatchObject([{ pair: 'page 1h/5m', to: null, unseenSeconds: 24 * 60 }]);
  });
});

describe('SQL of an indicator', () => {
  const refused = async (sql: string): Promise<string> => {
    try {
      await server.running.store.sql(sql, null);
      return 'allowed';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('one SELECT over what is stored is allowed', async () => {
    const counted =
      'SELECT end_ns AS at, 1 AS good, 1 AS total FROM attempts WHERE end_ns >= $from AND end_ns < $to';
    expect(await refused(counted)).toBe('allowed');
    expect(await refused(`WITH a AS (${counted}) SELECT * FROM a`)).toBe('allowed');
  });

  test.each([
    ['two statements', 'SELECT 1; SELECT 2', /one SELECT/],
    ['a statement that writes', 'DELETE FROM spans', /cannot be read|one SELECT/],
    ['a file', "SELECT * FROM 'secrets.csv'", /no table secrets\.csv/],
    ['a function that reads files', "SELECT * FROM read_csv('x')", /read_csv/],
    ['a setting', "SELECT current_setting('temp_directory') AS at", /current_setting/],
    ['the catalogue', 'SELECT * FROM information_schema.tables', /schema/],
    ['another table of ours', 'SELECT * FROM audit_log', /no table audit_log/],
    ['another database', 'SELECT * FROM holds.reservation_changes', /schema/],
    ['a table named in a subquery', 'SELECT (SELECT max(at_ns) FROM audit_log) AS at', /audit_log/],
    ['SQL in a text', "SELECT * FROM query('SELECT 1')", /query/],
  ])('%s is refused', async (_, sql, reason) => {
    expect(await refused(sql)).toMatch(reason);
  });
});
