import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../server/config/config.js';
import { pricesSchema } from '../../server/contract.js';
import { spawnServer } from '../support/spawnServer.js';

const ENTRY = '  - { provider: testai, model: wren, inputUsdPerMillion: "1", source: x';

describe('a wrong prices.yaml is refused whole, with file and line', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'burnbook-prices-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const load = async (text: string) => {
    await writeFile(path.join(folder, 'prices.yaml'), text);
    return loadConfig(folder);
  };

  test.each([
    [
      'two entries for the same model',
      `prices:\n${ENTRY} }\n${ENTRY.replace('testai', 'TestAI')} }\n`,
      /prices\.yaml:3: prices\.1: overlaps with prices\.0: .* \(line 2\)$/,
    ],
    [
      'two entries of one day',
      `prices:\n${ENTRY}, validFrom: 2026-01-01 }\n\n${ENTRY}, validFrom: 2026-01-01 }\n`,
      /prices\.yaml:4: prices\.1: overlaps with prices\.0: .* \(line 2\)$/,
    ],
    [
      'an entry that ends after the next has begun',
      `prices:\n${ENTRY}, validFrom: 2026-03-01 }\n${ENTRY}, validTo: 2026-03-02 }\n`,
      /prices\.yaml:2: prices\.0: overlaps with prices\.1: .* \(line 3\)$/,
    ],
    [
      'a tier told twice',
      `prices:\n${ENTRY}, tiers: { batch: "0.5" } }\n${ENTRY}, tier: batch }\n`,
      /prices\.yaml:3: prices\.1: overlaps with prices\.0\.tiers\.batch: .* \(line 2\)$/,
    ],
    [
      'two multipliers of one tier',
      'tiers:\n  - { tier: batch, multiplier: "0.5", source: x }\n  - { tier: batch, multiplier: "0.6", source: x }\n',
      /prices\.yaml:3: tiers\.1: overlaps with tiers\.0: .* \(line 2\)$/,
    ],
    [
      'two aliases of one name',
      'aliases:\n  - { provider: a, isProvider: b }\n  - { provider: A, isProvider: c }\n',
      /prices\.yaml:3: aliases\.1: overlaps with aliases\.0: .* \(line 2\)$/,
    ],
    [
      'another currency in an entry',
      `prices:\n${ENTRY}, currency: EUR }\n`,
      /prices\.yaml:2: prices\.0\.currency: prices are in US dollars: write the amounts in USD/,
    ],
    [
      'another currency of the file',
      `currency: EUR\nprices:\n${ENTRY} }\n`,
      /prices\.yaml:1: currency: prices are in US dollars/,
    ],
    [
      'an amount that is a number',
      'prices:\n  - provider: testai\n    model: wren\n    inputUsdPerMillion: 0.1\n    source: x\n',
      /prices\.yaml:4: prices\.0\.inputUsdPerMillion: write the amount as a quoted decimal/,
    ],
    [
      'a negative amount',
      `prices:\n${ENTRY.replace('"1"', '"-1"')} }\n`,
      /prices\.yaml:2: prices\.0\.inputUsdPerMillion: not an amount of US dollars/,
    ],
    [
      'an amount beyond 64 bits',
      `prices:\n${ENTRY}, outputUsdPerMillion: "99999999999" }\n`,
      /prices\.yaml:2: prices\.0\.outputUsdPerMillion: must be at most 1000000000 US dollars a million/,
    ],
    [
      'the figure that nobody filled in',
      `prices:\n${ENTRY.replace('"1"', '"FILL IN"')} }\n`,
      /prices\.yaml:2: prices\.0\.inputUsdPerMillion: not an amount of US dollars/,
    ],
    [
      'an entry without any price',
      'prices:\n  - { provider: testai, model: wren, source: x }\n',
      /prices\.yaml:2: prices\.0\.model: the entry says no price/,
    ],
    [
      'tokens and time in one entry',
      `prices:\n${ENTRY}, gpuSecondUsd: "1" }\n`,
      /prices\.yaml:2: prices\.0\.gpuSecondUsd: a model is priced by tokens, or by time/,
    ],
    [
      'an end before the start',
      `prices:\n${ENTRY}, validFrom: 2026-02-01, validTo: 2026-02-01 }\n`,
      /prices\.yaml:2: prices\.0\.validTo: must be after validFrom/,
    ],
    [
      'a day that is none',
      `prices:\n${ENTRY}, validFrom: 2026-02-30 }\n`,
      /prices\.yaml:2: prices\.0\.validFrom: must be a day such as/,
    ],
    [
      'a star in the middle',
      `prices:\n${ENTRY.replace('wren', '"w*n"')} }\n`,
      /prices\.yaml:2: prices\.0\.model: a star may only stand at the end/,
    ],
    [
      'a multiplier of nothing',
      'tiers:\n  - { tier: batch, multiplier: "0", source: x }\n',
      /prices\.yaml:2: tiers\.0\.multiplier: not a multiplier above 0/,
    ],
    [
      'a step without a price below it',
      `prices:\n${ENTRY}, longContext: [{ aboveTokens: 9, outputUsdPerMillion: "2" }] }\n`,
      /prices\.yaml:2: prices\.0\.longContext: outputUsdPerMillion of step 1 needs a price below/,
    ],
    [
      'an unknown key',
      `prices:\n${ENTRY}, inputUsd: "1" }\n`,
      /prices\.yaml:2: prices\.0: .*inputUsd/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  test('while rules that follow each other, and narrower ones, are no contradiction', async () => {
    const { prices } = await load(
      [
        'currency: USD',
        'prices:',
        `${ENTRY}, validTo: 2026-01-01 }`,
        `${ENTRY}, validFrom: 2026-01-01, tiers: { batch: "0.5", flex: "0.75" } }`,
        `${ENTRY.replace('wren', 'w*')} }`,
        `${ENTRY.replace('wren', 'wr*')}, checkedOn: 2026-11-01 }`,
        'tiers:',
        '  - { tier: batch, multiplier: "0.5", source: x }',
        '  - { tier: batch, provider: testai, multiplier: "0.4", source: x }',
        '',
      ].join('\n'),
    );
    expect(prices.prices).toHaveLength(4);
  });

  test('what the documentation shows is taken as it stands', async () => {
    const page = await readFile(new URL('../../docs/prices.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n([^`]*)```/.exec(page) ?? [];
    const { prices } = await load(yaml);
    expect(prices).toMatchObject({ prices: { length: 2 }, tiers: { length: 2 } });
  });

  test('a running server keeps the former rules, and says so', async () => {
    await writeFile(path.join(folder, 'prices.yaml'), `prices:\n${ENTRY} }\n`);
    const server = await spawnServer({
      args: ['--data', path.join(folder, 'data'), '--config', folder],
    });
    try {
      await writeFile(
        path.join(folder, 'prices.yaml'),
        `prices:\n${ENTRY.replace('"1"', '"7"')} }\n${ENTRY} }\n`,
      );
      await expect
        .poll(() => server.output(), { timeout: 10_000 })
        .toMatch(/configuration rejected, the former one stays in force:\n.*prices\.yaml:3: /);
      const answer = await fetch(`${server.url}/api/prices?provider=testai`);
      const { items } = pricesSchema.parse(await answer.json());
      expect(items.map(({ usdPerMillion }) => usdPerMillion)).toEqual(['1']);
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });
});
