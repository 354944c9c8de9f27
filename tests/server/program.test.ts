import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_NOTIFY_SETTINGS } from '../../domain/notify/notifySettings.js';
import { loadConfig } from '../../server/config/config.js';
import { watchConfig } from '../../server/config/watchConfig.js';
import { billSchema } from '../../server/contract.js';
import { runProgram, spawnServer, type SpawnedServer } from '../support/spawnServer.js';
import { otlpBody } from '../support/spanSpec.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'burnbook-program-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the program', () => {
  test('tells its version and its options', async () => {
    const { code, output } = await runProgram({ args: ['--version'] });
    expect([code, output.trim()]).toEqual([0, '0.1.0']);
    const help = await runProgram({ args: ['serve', '--help'] });
    expect(help.code).toBe(0);
    for (const option of ['--data', '--config', '--host', '--port'])
      expect(help.output).toContain(option);
  });

  test('refuses what it does not know, and says what it does', async () => {
    const { code, output } = await runProgram({ args: ['serve', '--prot', '80'] });
    expect(output).toMatch(/unknown option '--prot'[\s\S]*--port/);
    expect(code).toBe(1);
  });

  test('writes a starter configuration that it can read, and keeps what is there', async () => {
    const config = path.join(folder, 'init');
    const first = await runProgram({ args: ['init', config] });
    expect([first.code, first.output]).toEqual([
      0,
      expect.stringMatching(
        /wrote .*pipelines\.yaml[\s\S]*wrote .*prices\.yaml[\s\S]*wrote .*budgets\.yaml[\s\S]*wrote .*slos\.yaml/,
      ),
    ]);
    expect(await loadConfig(config)).toEqual({
      pipelines: {},
      prices: {},
      budgets: {},
      schedules: new Map(),
      slos: {
        slos: [],
        texts: new Map(),
        files: [{ file: path.join(config, 'slos/slos.yaml'), text: expect.any(String) as string }],
      },
      notify: NO_NOTIFY_SETTINGS,
    });
    // Every example in it is valid as well.
    for (const file of [
      'pipelines.yaml',
      'prices.yaml',
      'budgets.yaml',
      'slos/slos.yaml',
      'notify.yaml',
    ]) {
      const text = await readFile(path.join(config, file), 'utf8');
      const examples = text.replaceAll(/^# ?(?=[a-z -])/gm, (mark, at: number) =>
        /^# ?( *- |  +|[a-zA-Z]+:)/.test(text.slice(at)) ? '' : mark,
      );
      await writeFile(path.join(config, file), examples);
    }
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    const { pipelines, prices, budgets, schedules, slos, notify } = await loadConfig(
      config,
      (name) => (name.endsWith('_URL') ? 'https://there.example.com/' : secret),
    );
    expect(pipelines.pipelines).toHaveLength(1);
    expect(prices.prices).toHaveLength(2);
    expect(budgets?.budgets).toHaveLength(1);
    expect([...(schedules?.keys() ?? [])]).toEqual(['mail-etl']);
    expect(slos?.slos.map(({ name }) => name)).toEqual(['mail-attempts']);
    expect(notify?.destinations).toHaveLength(5);
    expect(notify?.heartbeats).toHaveLength(1);
    const second = await runProgram({ args: ['init', config] });
    expect(second.output).toMatch(/kept .*pipelines\.yaml: it exists[\s\S]*kept .*prices\.yaml/);
  });
});

describe('the configuration folder', () => {
  let server: SpawnedServer;
  let config: string;
  beforeAll(async () => {
    config = await mkdtemp(path.join(folder, 'config-'));
    server = await spawnServer({ args: ['--data', path.join(folder, 'data'), '--config', config] });
  });
  afterAll(() => server.stop());

  const said = async (words: RegExp): Promise<void> => {
    while (!words.test(server.output())) await sleep(20);
  };
  const priceOfOneToken = async (batchId: string): Promise<string | null | undefined> => {
    const made = new TraceMaker({
      startNs: BigInt(Date.now()) * 1_000_000n,
      common: {
        'pipeline.name': 'reloads',
        'pipeline.run.id': batchId,
        'pipeline.batch.id': batchId,
      },
    });
    const { contentType, body } = otlpBody(
      [made.span({ attributes: chat('wren', { input: 1 }) })],
      'json',
    );
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: body as BodyInit,
    });
    const answer = await fetch(`${server.url}/api/batches/reloads/${batchId}/bill`);
    return billSchema.parse(await answer.json()).lines[0]?.listCostUsd;
  };

  test('is read again when it changes; a wrong file leaves the former one in force', async () => {
    expect(await priceOfOneToken('1')).toBeNull();
    const entry =
      '  - provider: testai\n    model: wren\n    source: x\n    inputUsdPerMillion: "0.003"\n';
    await writeFile(path.join(config, 'prices.yaml'), `prices:\n${entry}`);
    await said(/info configuration of .* in force/);
    expect(await priceOfOneToken('2')).toBe('0.000000003');
    await writeFile(path.join(config, 'prices.yaml'), `prices:\n${entry}    nonsense: 1\n`);
    await said(
      /error configuration rejected, the former one stays in force:\n.*prices\.yaml:6: prices\.0: /,
    );
    expect(await priceOfOneToken('3')).toBe('0.000000003');
  });

  test('is read once at a time, and tells where it cannot be watched', async () => {
    const told: string[] = [];
    const watchOf = (each: string): (() => void) =>
      watchConfig({
        folder: each,
        warn: (message) => told.push(message),
        changed: async () => {
          told.push('begins');
          await sleep(500);
          told.push('ends');
        },
      });
    const changes = await mkdtemp(path.join(folder, 'changes-'));
    const stop = watchOf(changes);
    for (let heard = 0; heard < 2; heard++) {
      await writeFile(path.join(changes, 'prices.yaml'), `# ${heard}`);
      await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(heard);
    }
    const twice = /^begins ends begins ends(?: begins ends)*$/;
    await expect.poll(() => told.join(' '), { timeout: 5_000 }).toMatch(twice);
    stop();
    watchOf(path.join(folder, 'gone'))();
    expect(told.at(-1)).toMatch(/gone is not watched any more: ENOENT/);
  });
});
