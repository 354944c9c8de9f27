import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOUR_NS } from '@burnbook/domain/time';
import { runProgram } from '../support/spawnServer.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

const TOKEN = 'a-secret-of-at-least-16-characters';

describe('burnbook reprice', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: TEST_CONFIG, token: TOKEN });
    const made = new TraceMaker({
      startNs: server.nowNs - HOUR_NS,
      common: { 'pipeline.name': 'p', 'pipeline.run.id': 'r', 'pipeline.batch.id': 'b' },
    });
    await server.send([made.span({ attributes: chat('wren', { input: 1_000_000 }) })]);
    server.applyConfig({
      ...TEST_CONFIG,
      prices: {
        prices: [{ provider: 'testai', model: 'wren', inputUsdPerMillion: '2', source: 'new' }],
      },
    });
  });
  afterAll(() => server.close());
  const reprice = (args: readonly string[], token = TOKEN) =>
    runProgram({
      args: ['reprice', '--url', server.url, ...args],
      environment: { BURNBOOK_TOKEN: token },
    });

  test('shows the difference, restates it, tells who, and takes it back', async () => {
    const shown = await reprice(['--from', '-1d']);
    expect(shown.output).toMatch(/testai wren +1 +1 +0 +0 +0\.001 +2 +1\.999\n/);
    expect(shown.output).toMatch(/Nothing was changed\. Add --apply and --why/);
    expect(shown.code).toBe(0);

    const applied = await reprice([
      ...['--from', '-1d', '--apply', '--why', 'the contract', '--actor', 'Ada Lovelacé'],
    ]);
    expect(applied.output).toMatch(/Restatement 1 applied\. .*burnbook reprice --undo 1/);
    const one = await server.fetch('/api/reprice/1');
    expect(await one.json()).toMatchObject({ actor: 'Ada Lovelacé', why: 'the contract' });

    const undone = await reprice(['--undo', '1']);
    expect(undone.output).toMatch(/Restatement 1 undone: 1 lines restored\./);
  });

  test.each([
    [['--from', '-1d', '--apply'], /error --apply needs --why/],
    [[], /error say --from/],
    [['--from', 'soon'], /error from: must be RFC 3339/],
    [['--from', '-1d', '--kind', 'tokens'], /error kind: /],
    [['--undo', '9'], /error there is no restatement 9/],
    [['--from', '-1d', '--url', 'http://127.0.0.1:1'], /error no Burnbook answers at http/],
  ])('%j is refused in a line', async (args, message) => {
    const { code, output } = await reprice(args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  test('a wrong token is told', async () => {
    const { code, output } = await reprice(['--from', '-1d'], 'another-secret-of-16-characters');
    expect(output).toMatch(/error .*token/i);
    expect(code).toBe(1);
  });
});
