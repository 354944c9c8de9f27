import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { HOUR_NS } from '@burnbook/domain/time';
import { csvShape, csvText } from '../../server/api/csv.js';
import { costsSchema } from '../../server/contract.js';
import { configOf, MONTH } from '../support/budgets.js';
import type { SpanSpec } from '../support/spanSpec.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: configOf(MONTH, { ...MONTH, id: 'rolling', period: { rolling: '7d' } }),
  });
});
afterAll(() => server.close());

const ask = (path: string, accept = 'text/csv') => server.fetch(path, { headers: { accept } });

/** A reader of RFC 4180 by the letter. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = field.exec(text); match; match = field.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  expect(field.lastIndex === 0 || field.lastIndex === text.length).toBe(true);
  return rows;
}

describe('a list as CSV', () => {
  const batches = [
    'plain',
    'with "quotes", and commas',
    '=1+2',
    '-3',
    '@home',
    'line\nbreak',
    '分区',
  ];
  beforeAll(async () => {
    await server.send(
      batches.map((batch, index): SpanSpec => {
        const trace = new TraceMaker({
          startNs: server.nowNs - HOUR_NS,
          common: {
            'pipeline.name': 'csv',
            'pipeline.run.id': `r ${index}`,
            'pipeline.batch.id': batch,
          },
        });
        return trace.span({ attributes: chat('wren', { input: 10 - index }) });
      }),
    );
  });

  test('has a header, exact money, and no cell that a spreadsheet would run', async () => {
    const answer = await ask('/api/costs?groupBy=batch&from=-1d');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('vary')).toContain('Accept');
    const [header = [], ...rows] = readCsv(await answer.text());
    expect(header.slice(0, 4)).toEqual(['key', 'keys', 'cost.totalUsd', 'cost.computeUsd']);
    expect(rows.map((row) => [row[0], row[2]])).toEqual([
      ['plain', '0.00000001'],
      ['with "quotes", and commas', '0.000000009'],
      ["'=1+2", '0.000000008'],
      ['-3', '0.000000007'],
      ["'@home", '0.000000006'],
      ['line\nbreak', '0.000000005'],
      ['分区', '0.000000004'],
    ]);
  });

  test('goes on where its Link says, and says the same as JSON', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/api/costs?groupBy=batch&from=-1d&limit=3';
    while (path !== undefined) {
      const answer: Response = await ask(path);
      const [, ...rows] = readCsv(await answer.text());
      seen.push(...rows.map(([key = '']) => key.replace(/^'/, '')));
      path = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    const { items } = await server.get('/api/costs?groupBy=batch&from=-1d', costsSchema);
    expect(seen).toEqual(items.map(({ key }) => key));
  });

  test.each([
    '/api/batches',
    '/api/pipelines',
    '/api/runbooks',
    '/api/costs',
    '/api/costs/series',
    '/api/costs/waterfall',
    '/api/costs/batch-size',
    '/api/retries/waste',
    '/api/batches/csv/plain/bill',
    '/api/overview',
  ])('is there at %s, empty pages with their header', async (path) => {
    for (const query of ['', '?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z']) {
      const answer = await ask(path + query);
      if (query !== '' && answer.status === 400) continue;
      const [header = []] = readCsv(await answer.text());
      expect([answer.status, header.length > 1]).toEqual([200, true]);
    }
  });

  test('keeps a value that is a text in one row and an object in the next, and a budget’s past', async () => {
    const [header = [], ...rows] = readCsv(await (await ask('/api/budgets')).text());
    const at = header.indexOf('definition.period');
    expect(rows.map((row) => row[at])).toEqual(['month', '{"rolling":"7d"}']);
    const [names, current] = readCsv(await (await ask('/api/budgets/mail/history')).text());
    expect(names?.slice(0, 5)).toEqual(['start', 'end', 'version', 'amountUsd', 'spentUsd']);
    expect(current?.[3]).toBe('1');
  });

  test('is refused where there is no list, and not given to who likes JSON more', async () => {
    expect((await ask('/api/retries/what-if')).status).toBe(406);
    const accepts = ['application/json', '*/*', 'text/csv;q=0.5, application/json', 'text/csv;q=0'];
    for (const accept of accepts) {
      const answer = await ask('/api/costs', accept);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  test('faults are problems, as always', async () => {
    const answer = await ask('/api/costs?groupBy=planet');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

test('any text comes back out of a CSV as it went in, but for the guard', () => {
  const shape = csvShape(
    z.object({ items: z.array(z.object({ a: z.string(), b: z.object({ c: z.number() }) })) }),
  );
  expect(shape?.columns).toEqual([['a'], ['b', 'c']]);
  if (!shape) return;
  fc.assert(
    fc.property(
      fc.array(fc.record({ a: fc.string({ unit: 'binary' }), c: fc.integer() })),
      (rows) => {
        const text = csvText(
          rows.map(({ a, c }) => ({ a, b: { c } })),
          shape,
        );
        const [header, ...read] = readCsv(text);
        expect(header).toEqual(['a', 'b.c']);
        read.forEach(([a = '', c], index) => {
          expect(a === rows[index]?.a || a === `'${rows[index]?.a}`).toBe(true);
          expect(/^[=+@-]/.test(a) && !/^[+-]?[\d.]+$/.test(a)).toBe(false);
          expect(Number(c)).toBe(rows[index]?.c);
        });
        expect(read).toHaveLength(rows.length);
      },
    ),
  );
});
