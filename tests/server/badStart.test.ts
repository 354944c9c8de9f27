import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, spawnServer } from '../support/spawnServer.js';
import { slowTest } from '../support/slowTest.js';

const TOKEN = 'a-secret-of-at-least-16-characters';

describe('a server that cannot start says why in a line and exits with 1', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'burnbook-start-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const expectRefusal = async (args: readonly string[], message: RegExp): Promise<void> => {
    const { code, output } = await runProgram({ args });
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  };
  const configFolder = async (name: string, files: Record<string, string>): Promise<string> => {
    const config = path.join(folder, name);
    await mkdir(config);
    for (const [file, text] of Object.entries(files))
      await writeFile(path.join(config, file), text);
    return config;
  };

  test('when the port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expectRefusal(
      ['serve', '--data', path.join(folder, 'port'), '--port', String(port)],
      /error the port is in use: stop the other program or choose --port/,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  slowTest?.('when another server has the data folder, and names it', async () => {
    const data = path.join(folder, 'locked');
    const first = await spawnServer({ args: ['--data', data] });
    try {
      await expectRefusal(
        ['serve', '--data', data, '--port', '0'],
        /burnbook\.duckdb is in use by another process \(process \d+\); stop it or choose another --data folder/,
      );
    } finally {
      expect(await first.stop()).toBe(0);
    }
  });

  test('when the data folder cannot be written', async () => {
    const file = path.join(folder, 'a file');
    await writeFile(file, '');
    await expectRefusal(
      ['serve', '--data', path.join(file, 'data'), '--port', '0'],
      /error --data .*a file\/data cannot be written: /,
    );
  });

  test('when the database is not one', async () => {
    const data = path.join(folder, 'garbage');
    await mkdir(data);
    await writeFile(path.join(data, 'burnbook.duckdb'), 'x'.repeat(20_000));
    await expectRefusal(['serve', '--data', data, '--port', '0'], /error .*burnbook\.duckdb/);
  });

  test('when the configuration is wrong, with file and line of every fault', async () => {
    const config = await configFolder('wrong', {
      'pipelines.yaml':
        '# rates\ncomputeRates:\n  cpuSecondUsd: 0.5\n  memoryGbSecondUsd: "0"\n  source: x\n',
      'prices.yaml':
        'prices:\n  - provider: openai\n    model: m\n    inputUsd: "1"\n    source: x\n',
    });
    const { code, output } = await runProgram({
      args: ['serve', '--data', path.join(folder, 'config'), '--config', config, '--port', '0'],
    });
    expect(output).toMatch(
      /pipelines\.yaml:3: computeRates\.cpuSecondUsd: write the amount as a quoted decimal/,
    );
    expect(output).toMatch(/prices\.yaml:4: prices\.0: .*inputUsd/);
    expect(code).toBe(1);
  });

  test('when the configuration is no YAML', async () => {
    const config = await configFolder('no yaml', {
      'prices.yaml': 'prices:\n  - provider: "openai\n',
    });
    await expectRefusal(
      ['serve', '--data', path.join(folder, 'yaml'), '--config', config, '--port', '0'],
      /prices\.yaml:\d+: .*quote/i,
    );
  });

  test('when the configuration folder is not there', async () => {
    await expectRefusal(
      [
        'serve',
        '--data',
        path.join(folder, 'c'),
        '--config',
        path.join(folder, 'nowhere'),
        '--port',
        '0',
      ],
      /error --config .*nowhere cannot be read/,
    );
  });

  test('when it would be reachable from elsewhere without a token', async () => {
    await expectRefusal(
      ['serve', '--data', path.join(folder, 'open'), '--host', '0.0.0.0', '--port', '0'],
      /error --host 0\.0\.0\.0 is reachable from elsewhere: set BURNBOOK_TOKEN/,
    );
  });

  test('when the token is too short, without repeating it', async () => {
    const { code, output } = await runProgram({
      args: ['serve', '--data', path.join(folder, 'short'), '--port', '0'],
      environment: { BURNBOOK_TOKEN: 'hunter2' },
    });
    expect(output).toMatch(/BURNBOOK_TOKEN must have at least 16 characters/);
    expect(output).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  test.each(['http', '65536', '-1', ''])('when the port is %j', async (port) => {
    const { code, output } = await runProgram({ args: ['serve', `--port=${port}`] });
    expect(output).toMatch(/--port .*must be a whole number from 0 to 65535/);
    expect(code).toBe(1);
  });
});

describe('a server beyond loopback', () => {
  test('asks for its token everywhere but for its health, and tells it to nobody', async () => {
    const data = await mkdtemp(path.join(tmpdir(), 'burnbook-token-'));
    const server = await spawnServer({
      args: ['--data', data, '--host', '0.0.0.0'],
      environment: { BURNBOOK_TOKEN: TOKEN },
    });
    try {
      const get = (url: string, headers: Record<string, string> = {}) =>
        fetch(`${server.url}${url}`, { headers });
      expect((await get('/healthz')).status).toBe(200);
      for (const url of ['/api/pipelines', '/api/openapi.json', '/api/events']) {
        for (const authorization of [
          '',
          'Bearer wrong',
          `Basic ${TOKEN}`,
          `Bearer ${TOKEN} `.trimEnd() + 'x',
        ]) {
          const answer = await get(url, authorization === '' ? {} : { authorization });
          expect([url, authorization, answer.status]).toEqual([url, authorization, 401]);
          expect(answer.headers.get('content-type')).toBe('application/problem+json');
          expect(await answer.text()).not.toContain(TOKEN);
        }
      }
      expect((await get('/api/pipelines', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
      const post = (headers: Record<string, string>) =>
        fetch(`${server.url}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        });
      expect((await post({})).status).toBe(401);
      expect((await post({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    } finally {
      expect(await server.stop()).toBe(0);
      await rm(data, { recursive: true, force: true });
    }
    expect(server.output()).not.toContain(TOKEN);
  });
});
