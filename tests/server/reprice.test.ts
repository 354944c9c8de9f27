import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseUsd } from '@burnbook/domain/money';
import { DAY_NS, formatTime, HOUR_NS } from '@burnbook/domain/time';
import type { z } from 'zod';
import {
  costsSchema,
  repricePreviewSchema,
  restatementDetailSchema,
  restatementListSchema,
  type Bill,
  type RestatementDetail,
} from '../../server/contract.js';
import { allBatches, readBill } from '../support/billReading.js';
import type { SpanSpec } from '../support/spanSpec.js';
import { repricedStory, wrenAt } from '../support/repriceStory.js';
import { TEST_CONFIG } from '../support/testConfig.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { chat, TraceMaker } from '../support/traceMaker.js';
import { slowTest } from '../support/slowTest.js';

const QUARTER_NS = 900_000_000_000n;

describe('pricing stored costs again', () => {
  let server: TestServer;
  /** Each test has a pipeline and a day of its own, and prices as they were. */
  let restated = '';
  let tests = 0;
  beforeAll(async () => {
    server = await startTestServer({
      config: TEST_CONFIG,
      repriceChunkLines: 12,
      settleAfterMs: 0,
    });
  });
  beforeEach(() => {
    restated = `restated ${++tests}`;
    server.nowNs += DAY_NS;
    server.applyConfig(TEST_CONFIG);
  });
  afterAll(() => server.close());

  const range = () => ({
    from: formatTime(server.nowNs - 6n * HOUR_NS),
    to: formatTime(server.nowNs + HOUR_NS),
  });
  const maker = (batch: string, agoNs = HOUR_NS): TraceMaker =>
    new TraceMaker({
      startNs: server.nowNs - agoNs,
      common: { 'pipeline.name': restated, 'pipeline.run.id': batch, 'pipeline.batch.id': batch },
    });
  const bill = (batchId: string, pipeline = restated): Promise<Bill> =>
    readBill(server, { pipeline, batchId });
  const post = (path: string, body: object, actor = 'ada'): Promise<Response> =>
    server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'burnbook-actor': actor },
      body: JSON.stringify(body),
    });
  const posted = async <Schema extends z.ZodType>(
    path: string,
    body: object,
    schema: Schema,
  ): Promise<z.infer<Schema>> => {
    const answer = await post(path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return schema.parse(JSON.parse(text));
  };
  const settled = async (id: string): Promise<RestatementDetail> => {
    let found: RestatementDetail | undefined;
    await expect
      .poll(
        async () => {
          found = await server.get(`/api/reprice/${id}`, restatementDetailSchema);
          return found.underWay;
        },
        { timeout: 20_000 },
      )
      .toBe(false);
    if (!found) throw new Error('no restatement');
    return found;
  };
  const reprice = async (more: object = {}): Promise<RestatementDetail> => {
    const { id } = await posted(
      '/api/reprice',
      { ...range(), why: 'the contract', ...more },
      restatementDetailSchema,
    );
    return settled(id);
  };
  const undo = async (id: string): Promise<RestatementDetail> => {
    await posted(`/api/reprice/${id}/undo`, { why: 'a mistake' }, restatementDetailSchema);
    return settled(id);
  };
  /** The rollup's sum of whole quarters of an hour. */
  const rolledUp = async (pipeline = restated) => {
    const from = ((server.nowNs - 6n * HOUR_NS) / QUARTER_NS) * QUARTER_NS;
    const to = ((server.nowNs + HOUR_NS) / QUARTER_NS) * QUARTER_NS;
    const costs = await server.get(
      `/api/costs?groupBy=pipeline&from=${formatTime(from)}&to=${formatTime(to)}`,
      costsSchema,
    );
    return costs.items.find(({ key }) => key === pipeline)?.cost;
  };
  const expectSumsOfLines = async (batches: readonly string[]): Promise<void> => {
    const bills = await Promise.all(batches.map((batch) => bill(batch)));
    const nano = (of: (found: Bill) => string): bigint =>
      bills.reduce((sum, found) => sum + parseUsd(of(found)), 0n);
    const lines = bills.flatMap((found) => found.lines).filter(({ excluded }) => excluded === null);
    const summed = lines.reduce((sum, line) => sum + parseUsd(line.listCostUsd ?? '0'), 0n);
    const rollup = await rolledUp();
    expect(parseUsd(rollup?.totalUsd ?? '0')).toBe(summed);
    expect(nano(({ totalUsd }) => totalUsd)).toBe(summed);
    const listed = await allBatches(server, restated);
    expect(listed.reduce((sum, { cost }) => sum + parseUsd(cost.totalUsd), 0n)).toBe(summed);
    expect(parseUsd(rollup?.retryWasteUsd ?? '0')).toBe(nano(({ cost }) => cost.retryWasteUsd));
    expect(rollup?.unpricedCalls).toBe(
      lines.filter(({ listCostUsd }) => listCostUsd === null).length,
    );
  };

  const story = (batch: string): SpanSpec[] => repricedStory(maker(batch), batch);

  test('a preview tells the difference by model with counts and changes nothing', async () => {
    await server.send(story('b1'));
    await server.send(story('b2'));
    const before = await bill('b1');
    server.applyConfig(
      wrenAt(2, [{ provider: 'testai', model: 'roc', inputUsdPerMillion: '1', source: 'x' }]),
    );
    const preview = await posted('/api/reprice/preview', range(), repricePreviewSchema);
    expect(preview).toMatchObject({
      kind: 'model',
      pipeline: null,
      lines: 8,
      changed: 4,
      newlyPriced: 2,
      newlyUnpriced: 0,
      unchanged: 2,
      oldUsd: '0.000008',
      newUsd: '0.002016',
      differenceUsd: '0.002008',
    });
    expect(
      preview.items.map(({ model, oldUsd, newUsd, unchanged }) => [
        model,
        oldUsd,
        newUsd,
        unchanged,
      ]),
    ).toEqual([
      ['roc', '0', '0.002', 0],
      ['wren', '0.000008', '0.000016', 2],
    ]);
    expect(await bill('b1')).toMatchObject({ totalUsd: before.totalUsd, lines: before.lines });
    const { items } = await server.get('/api/reprice', restatementListSchema);
    expect(items).toEqual([]);
  });

  test('applied, it moves lines, waste and sums alike, names who and why, and undone it gives everything back', async () => {
    await server.send(story('b1'));
    await server.send(story('b2'));
    const before = await bill('b1');
    server.applyConfig(
      wrenAt(3, [{ provider: 'testai', model: 'roc', inputUsdPerMillion: '1', source: 'x' }]),
    );
    const applied = await reprice();
    expect(applied).toMatchObject({
      state: 'applied',
      actor: 'ada',
      why: 'the contract',
      changed: 4,
      newlyPriced: 2,
      unchanged: 2,
    });
    const after = await bill('b1');
    expect(after.cost.modelUsd).toBe('0.001012');
    expect(after.cost.retryWasteUsd).toBe('0.000006');
    expect(after.lines.find(({ model }) => model === 'roc')?.price?.source).toBe('prices.yaml: x');
    await expectSumsOfLines(['b1', 'b2']);

    const undone = await undo(applied.id);
    expect(undone).toMatchObject({
      state: 'undone',
      undoneBy: 'ada',
      undoneWhy: 'a mistake',
      linesRestored: 6,
      linesKept: 0,
    });
    const restored = await bill('b1');
    expect(restored.lines).toEqual(before.lines);
    expect(restored.cost).toEqual(before.cost);
    await expectSumsOfLines(['b1', 'b2']);
  });

  test('a price that is gone leaves lines unpriced, never at 0', async () => {
    await server.send(story('b1'));
    server.applyConfig({ ...TEST_CONFIG, prices: {} });
    const applied = await reprice({ pipeline: restated });
    expect(applied).toMatchObject({ newlyUnpriced: 2, newUsd: '0', pipeline: restated });
    expect(applied.items.find(({ model }) => model === 'wren')?.unpricedReason).toMatch(
      /no price is known for testai wren/,
    );
    expect((await bill('b1')).cost.unpricedCalls).toBe(4);
    await expectSumsOfLines(['b1']);
  });

  test('who listens is told of its progress and of the pipelines that changed', async () => {
    await server.send(story('b1'));
    server.applyConfig(wrenAt(2));
    const stop = new AbortController();
    const stream = await server.fetch('/api/events', { signal: stop.signal });
    const heard: string[] = [];
    const listening = (async () => {
      const decoder = new TextDecoder();
      if (!stream.body) throw new Error('no stream');
      for await (const chunk of stream.body) heard.push(decoder.decode(chunk));
    })().catch(() => undefined);
    const { id } = await reprice();
    const all = (): string => heard.join('');
    await expect.poll(all).toContain(`{"id":"${id}","linesDone":4,"linesTotal":4,"ended":true}`);
    // Changes that come close together are told as one.
    const told = new RegExp(`"pipelines":\\[[^\\]]*"${restated}"`);
    await expect.poll(all, { timeout: 5_000 }).toMatch(told);
    stop.abort();
    await listening;
  });

  test('only the pipeline and the hours that are named, and compute when it is asked for', async () => {
    await server.send(story('b1'));
    server.applyConfig({
      ...wrenAt(2),
      pipelines: {
        computeRates: { cpuSecondUsd: '0.5', memoryGbSecondUsd: '0', source: 'new rates' },
      },
    });
    expect(await reprice({ pipeline: 'other' })).toMatchObject({ lines: 0, state: 'applied' });
    const early = formatTime(server.nowNs - 2n * HOUR_NS);
    expect(await reprice({ to: early })).toMatchObject({ lines: 0, changed: 0 });
    const compute = await reprice({ kind: 'compute' });
    expect(compute).toMatchObject({ lines: 1, changed: 1, oldUsd: '0.000002', newUsd: '1' });
    expect((await bill('b1')).cost).toMatchObject({ computeUsd: '1', modelUsd: '0.000004' });
    await undo(compute.id);
    expect((await bill('b1')).cost.computeUsd).toBe('0.000002');
    await expectSumsOfLines(['b1']);
  });

  test.each([
    ['in memory', false],
    ['read back from the database', true],
  ])(
    'a late parent moves a restated line with its restated cost, %s, and an undo finds it there',
    async (_, restarts) => {
      const made = new TraceMaker({
        startNs: server.nowNs - HOUR_NS,
        resource: { 'service.name': restated },
      });
      const root = made.span({
        name: 'run',
        attributes: { 'pipeline.name': restated, 'pipeline.batch.id': 'moved' },
      });
      const call = made.span({ parent: root, attributes: chat('wren', { input: 1_000 }) });
      await server.send([call]);
      server.applyConfig(wrenAt(5));
      const applied = await reprice();
      expect((await bill(made.traceId)).totalUsd).toBe('0.000005');
      server.applyConfig(TEST_CONFIG);
      if (restarts) await server.restart();
      await server.send([root]);
      const moved = await bill('moved');
      expect(moved.totalUsd).toBe('0.000005');
      expect(moved.lines[0]?.price?.source).toBe('prices.yaml: times 5');
      await expectSumsOfLines(['moved']);
      expect(await undo(applied.id)).toMatchObject({ linesRestored: 1, linesKept: 0 });
      expect((await bill('moved')).totalUsd).toBe('0.000001');
      await expectSumsOfLines(['moved']);
    },
  );

  test('a later catalogue or contract never changes what is stored, though its line moves', async () => {
    const made = new TraceMaker({
      startNs: server.nowNs - HOUR_NS,
      resource: { 'service.name': 'late' },
    });
    const root = made.span({
      attributes: { 'pipeline.name': restated, 'pipeline.batch.id': 'pinned' },
    });
    await server.send([made.span({ parent: root, attributes: chat('wren', { input: 1_000 }) })]);
    server.applyConfig(wrenAt(9));
    await server.send([root]);
    expect((await bill('pinned')).totalUsd).toBe('0.000001');
  });

  test('restatements of the same lines are undone in the opposite order', async () => {
    await server.send(story('b1'));
    server.applyConfig(wrenAt(2));
    const first = await reprice();
    server.applyConfig(wrenAt(4));
    const second = await reprice();
    const refused = await post(`/api/reprice/${first.id}/undo`, {});
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      detail: `restatement ${second.id} changed some of the same lines later: undo it first`,
    });
    await undo(second.id);
    expect((await bill('b1')).cost.modelUsd).toBe('0.000008');
    await undo(first.id);
    expect((await bill('b1')).cost.modelUsd).toBe('0.000004');
    const again = await post(`/api/reprice/${first.id}/undo`, {});
    expect(again.status).toBe(409);
    await expectSumsOfLines(['b1']);
  });

  test('one that stops in the middle is told as interrupted, its sums hold, and it is resumed or undone', async () => {
    const made = maker('many');
    const root = made.span({ name: 'run' });
    const calls = Array.from({ length: 120 }, (_, atMs) =>
      made.span({ parent: root, atMs, attributes: chat('wren', { input: 1_000 }) }),
    );
    await server.send([root, ...calls]);
    server.applyConfig(wrenAt(2));
    const { id } = await posted(
      '/api/reprice',
      { ...range(), why: 'stopped' },
      restatementDetailSchema,
    );
    const second = await post('/api/reprice', { ...range(), why: 'me too' });
    expect(second.status).toBe(409);
    await server.restart();
    const stopped = await server.get(`/api/reprice/${id}`, restatementDetailSchema);
    expect(stopped).toMatchObject({ state: 'interrupted', underWay: false, linesTotal: 120 });
    expect(stopped.changed).toBeLessThan(120);
    await expectSumsOfLines(['many']);
    const third = await post('/api/reprice', { ...range(), why: 'and me' });
    expect(await third.json()).toMatchObject({
      status: 409,
      detail: `restatement ${id} was interrupted: resume or undo it first`,
    });

    const answer = await server.fetch(`/api/reprice/${id}/resume`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(await settled(id)).toMatchObject({ state: 'applied', changed: 120, linesDone: 120 });
    expect((await bill('many')).totalUsd).toBe('0.00024');
    await expectSumsOfLines(['many']);
    expect(await undo(id)).toMatchObject({ linesRestored: 120 });
    expect((await bill('many')).totalUsd).toBe('0.00012');
  });

  slowTest?.(
    'while it works, telemetry comes in, late parents move lines, and the store’s process may die: the sums hold',
    async () => {
      const batches = Array.from({ length: 6 }, (_, index) => `b${index}`);
      const late = batches.map((batch) => {
        const made = maker(batch);
        const root = made.span({ name: 'run' });
        const step = made.span({ parent: root, attributes: { 'pipeline.step.name': 's' } });
        const calls = Array.from({ length: 10 }, (_, atMs) =>
          made.span({ parent: step, atMs, attributes: chat('wren', { input: 1_000 }) }),
        );
        return { root, step, calls };
      });
      await server.send(late.flatMap(({ calls }) => calls));
      server.applyConfig(wrenAt(2));
      const { id } = await posted(
        '/api/reprice',
        { ...range(), why: 'busy' },
        restatementDetailSchema,
      );
      for (const [index, { root, step }] of late.entries()) {
        await server.sendAtLast([step]);
        if (index === 2) await server.killStore();
        await server.sendAtLast([root, ...story(`x${index}`)]);
      }
      expect(await settled(id)).toMatchObject({ state: 'applied' });
      const all = [...batches, ...batches.map((_, index) => `x${index}`)];
      for (const batch of batches) expect((await bill(batch)).totalUsd).toBe('0.00002');
      await expectSumsOfLines(all);
      await undo(id);
      for (const batch of batches) expect((await bill(batch)).totalUsd).toBe('0.00001');
      await expectSumsOfLines(all);
    },
  );
});
