import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MINUTE_NS } from '@burnbook/domain/time';
import { sloBurnSchema, sloDetailSchema } from '../../server/contract.js';
import { alertsBecome } from '../support/alerts.js';
import { at } from '../support/budgets.js';
import { sloConfig, sloNamed, sloOf, tries } from '../support/slos.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';

const NOON = at('2026-06-10T12:00:00Z');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: sloConfig(sloOf({ name: 'mail' })), nowNs: NOON });
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
