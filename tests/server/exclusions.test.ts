import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd } from '@burnbook/domain/money';
import { formatTime, HOUR_NS } from '@burnbook/domain/time';
import { exclusionsSchema, problemSchema } from '../../server/contract.js';
import { delivery, materialise, requestsOf, traceCase } from '../support/arbitraryTraces.js';
import { readBill } from '../support/billReading.js';
import { isCall } from '../support/plainCall.js';
import type { Attributes, SpanSpec } from '../support/spanSpec.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: TEST_CONFIG });
});
afterAll(() => server.close());

const maker = (pipeline: string): TraceMaker =>
  new TraceMaker({
    startNs: server.nowNs - HOUR_NS,
    common: {
      'pipeline.name': pipeline,
      'pipeline.run.id': `r ${pipeline}`,
      'pipeline.batch.id': 'b',
    },
  });
const agent = (tokens: number, more: Attributes = {}): Attributes => ({
  ...chat('wren', { input: tokens }, more),
  'gen_ai.operation.name': 'invoke_agent',
});
const answered = (id: string): Attributes => ({ 'gen_ai.response.id': id });
const of = (pipeline: string) =>
  server.get(
    `/api/costs/exclusions?from=-1d&filter=${encodeURIComponent(`pipeline:"${pipeline}"`)}`,
    exclusionsSchema,
  );
const bill = (pipeline: string) => readBill(server, { pipeline, batchId: 'b' });

describe('what is not counted', () => {
  test('names the calls below that count in the place of their sum', async () => {
    const trace = maker('agent');
    const top = trace.span({ name: 'agent', attributes: agent(105) });
    const between = trace.span({ parent: top });
    const calls = [60, 40].map((input, index) =>
      trace.span({ parent: between, atMs: index, attributes: chat('wren', { input }) }),
    );
    await server.send([...calls, between, top]);
    const countedInstead = {
      linesTotal: 2,
      tokens: 100,
      lines: calls.map(({ traceId, spanId }, index) => ({
        pipeline: 'agent',
        batchId: 'b',
        evidence: { traceId, spanId },
        tokens: index === 0 ? 60 : 40,
        costUsd: formatUsd(index === 0 ? 60n : 40n),
      })),
    };
    expect(await of('agent')).toMatchObject({
      itemsTotal: 1,
      items: [
        {
          reason: 'repeatedBelow',
          name: 'agent',
          inputTokens: 105,
          wouldBeUsd: formatUsd(105n),
          evidence: { spanId: top.spanId },
          countedInstead,
        },
      ],
      byReason: [
        { reason: 'repeatedBelow', lines: 1, inputTokens: 105, wouldBeUsd: formatUsd(105n) },
      ],
      received: { lines: 3, inputTokens: 205 },
      counted: { lines: 2, inputTokens: 100 },
      excluded: { lines: 1, inputTokens: 105 },
      notReceived: ['metrics'],
    });
    const { lines, totalUsd } = await bill('agent');
    expect(totalUsd).toBe(formatUsd(100n));
    expect(lines.find(({ name }) => name === 'agent')?.exclusion).toEqual({
      reason: 'repeatedBelow',
      countedInstead,
    });
  });

  test('names the earlier span with the same response', async () => {
    const trace = maker('replay');
    const first = trace.span({ attributes: chat('wren', { input: 7 }, answered('replayed')) });
    const again = trace.span({
      atMs: 5,
      attributes: chat('wren', { input: 7 }, answered('replayed')),
    });
    await server.send([again]);
    await server.send([first]);
    expect(await of('replay')).toMatchObject({
      items: [
        {
          reason: 'duplicateResponse',
          evidence: { spanId: again.spanId },
          countedInstead: { linesTotal: 1, lines: [{ evidence: { spanId: first.spanId } }] },
        },
      ],
    });
  });

  test.each(['sum first', 'call first'])(
    'holds a sum with the response id of a call that is not below it, %s',
    async (order) => {
      const sums = maker(`sum of ${order}`);
      const calls = maker(`call of ${order}`);
      const sum = sums.span({ attributes: agent(50, answered(order)) });
      const call = calls.span({
        atMs: 9,
        attributes: chat('wren', { input: 50 }, answered(order)),
      });
      for (const span of order === 'sum first' ? [sum, call] : [call, sum]) {
        await server.send([span]);
      }
      expect(await of(`sum of ${order}`)).toMatchObject({
        items: [{ reason: 'duplicateResponse', countedInstead: { linesTotal: 1 } }],
      });
      expect((await bill(`sum of ${order}`)).totalUsd).toBe('0');
      expect((await bill(`call of ${order}`)).totalUsd).toBe(formatUsd(50n));
    },
  );

  test('leaves a sum alone whose response no call tells', async () => {
    const trace = maker('lonely');
    await server.send([
      trace.span({ attributes: agent(31, answered('lonely')) }),
      trace.span({ atMs: 1, failed: true, attributes: chat('wren', {}, answered('lonely')) }),
    ]);
    expect((await of('lonely')).items).toEqual([]);
    expect((await bill('lonely')).totalUsd).toBe(formatUsd(31n));
  });

  test('counts spans that came again', async () => {
    const before = (await of('again')).resentSpans;
    const trace = maker('again');
    const spans = [trace.span(), trace.span({ attributes: chat('wren', { input: 3 }) })];
    await server.send(spans);
    await server.send(spans);
    await server.send([...spans, trace.span()]);
    expect((await of('again')).resentSpans - before).toBe(4);
    expect((await bill('again')).totalUsd).toBe(formatUsd(3n));
  });

  test('is listed page by page and by reason', async () => {
    const trace = maker('pages');
    await server.send(
      Array.from({ length: 8 }, () =>
        trace.span({ attributes: chat('wren', { input: 1 }, answered('pages')) }),
      ),
    );
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await server.get(
        `/api/costs/exclusions?from=-1d&limit=3&reason=duplicateResponse&filter=pipeline:pages${cursor}`,
        exclusionsSchema,
      );
      expect(page.itemsTotal).toBe(7);
      seen.push(...page.items.map(({ evidence }) => evidence.spanId));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
    const answer = await server.fetch('/api/costs/exclusions?reason=mood');
    expect([answer.status, problemSchema.parse(await answer.json()).field]).toEqual([
      400,
      'reason',
    ]);
  });
});

test(
  'counted and excluded tokens are what was received, whatever arrives in whichever order',
  { timeout: 60_000 },
  async () => {
    const base = server.nowNs - 500n * HOUR_NS;
    let number = 0;
    await fc.assert(
      fc.asyncProperty(traceCase, delivery, async (drawn, plan) => {
        const baseNs = base + BigInt(number) * 1_000_000_000n;
        const spans = materialise(drawn, { number: 900_000 + number, baseNs });
        number++;
        for (const request of requestsOf(spans, plan)) await server.sendAtLast(request);
        const told = await server.get(
          `/api/costs/exclusions?from=${formatTime(baseNs)}&to=${formatTime(baseNs + 1_000_000_000n)}`,
          exclusionsSchema,
        );
        const received = tokensOf(spans);
        expect(told.received).toEqual(received);
        for (const part of ['lines', 'inputTokens', 'outputTokens'] as const) {
          expect(told.counted[part] + told.excluded[part]).toBe(received[part]);
          const reasons = told.byReason.reduce((sum, reason) => sum + reason[part], 0);
          expect(reasons).toBe(told.excluded[part]);
        }
        expect(told.itemsTotal).toBe(told.excluded.lines);
      }),
      { numRuns: 25, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
    );
  },
);

/** Of the calls among the spans, each span once. */
function tokensOf(spans: readonly SpanSpec[]) {
  const calls = [...new Map(spans.map((span) => [span.spanId, span])).values()].filter(isCall);
  const sum = (key: string): number =>
    calls.reduce((total, { attributes }) => total + Number(attributes[key] ?? 0), 0);
  return {
    lines: calls.length,
    inputTokens: sum('gen_ai.usage.input_tokens'),
    outputTokens: sum('gen_ai.usage.output_tokens'),
  };
}
