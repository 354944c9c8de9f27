import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCollector, createRetryBudget, setDefaultCollector } from '@burnbook/collectors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { classifyMails } from '../../pipelines/batch/classify.js';
import { embedChunks } from '../../pipelines/batch/embed.js';
import type { MaskedMail } from '../../pipelines/batch/mask.js';
import { createModelClient } from '../../pipelines/batch/modelClient.js';
import type { ModelClient, ModelClientOptions } from '../../pipelines/batch/modelClient.js';
import { startLocalModels } from './support/localModels.js';
import type { LocalModels } from './support/localModels.js';

const context = {
  key: 'k',
  signal: new AbortController().signal,
  once: <T>(_id: string, work: () => Promise<T>) => work(),
};
let models: LocalModels;

beforeAll(async () => {
  setDefaultCollector(createCollector({ disabled: true }));
  models = await startLocalModels();
});

afterAll(() => models.close());

beforeEach(() => models.dial.set({}));

function client(changes: Partial<ModelClientOptions> = {}): ModelClient {
  return createModelClient({
    baseUrl: `${models.url}/v1/`,
    provider: 'openai',
    embeddingModel: 'text-embedding-3-small',
    chatModel: 'gpt-4o-mini',
    retries: 8,
    minTimeoutMs: 1,
    maxTimeoutMs: 5,
    budget: createRetryBudget({ ratio: 1, reserve: 1000 }),
    ...changes,
  });
}

function mail(id: string, text: string): MaskedMail {
  return { id, fromDomain: null, sentAt: null, subject: 'Hi', text, masked: {} };
}

describe('classifyMails', () => {
  const mails = [mail('a', 'win money, free offer'), mail('b', 'kernel patch review notes')];

  it('labels the mails in their order', async () => {
    const rows = await classifyMails(mails, context, { client: client() });
    expect(rows.map(({ mailId, label }) => [mailId, label])).toEqual([
      ['a', 'spam'],
      ['b', 'ham'],
    ]);
  });

  it('takes the answer of a server that does not tell its usage', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      const message = { content: '{"label":"spam"}' };
      response.end(JSON.stringify({ model: 'm', choices: [{ message }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const asked = client({ baseUrl: `http://127.0.0.1:${port}/v1` });
    const said = await asked.chat(
      { system: 's', user: 'u', outputTokensMax: 9, read: (content) => content },
      { signal: context.signal, idempotencyKey: 'k' },
    );
    expect([said, asked.stats()]).toEqual(['{"label":"spam"}', { calls: 1, attempts: 1 }]);
    server.close();
  });

  it('asks again after a 500, a cut connection and an answer cut short', async () => {
    models.dial.set({ serverError: 0.2, cut: 0.2, invalid: 0.2 });
    const many = Array.from({ length: 20 }, (_, index) => mail(`m${index}`, 'free money offer'));
    const asked = client();
    const rows = await classifyMails(many, context, { client: asked });
    expect(rows.map(({ label }) => label)).toEqual(many.map(() => 'spam'));
    expect(asked.stats().calls).toBe(20);
    expect(asked.stats().attempts).toBeGreaterThan(25);
  });

  it('fails the row, not the run, when no answer is of use', async () => {
    models.dial.set({ invalid: 1 });
    const rows = await classifyMails(mails, context, { client: client({ retries: 1 }) });
    expect(rows).toEqual(mails.map(({ id }) => ({ mailId: id, label: null, confidence: null })));
  });

  it('fails the run when the provider stays down, and starts no further calls', async () => {
    models.dial.set({ serverError: 1 });
    const many = Array.from({ length: 50 }, (_, index) => mail(`m${index}`, 'x'));
    const asked = client({ retries: 1 });
    await expect(classifyMails(many, context, { client: asked })).rejects.toThrow(
      'HTTP 500 from /v1/chat/completions',
    );
    expect(asked.stats().calls).toBeLessThan(10);
  });

  it('does not repeat a request that the provider calls wrong', async () => {
    const asked = client({ chatModel: 'gpt-9' });
    await expect(classifyMails(mails, context, { client: asked })).rejects.toThrow('HTTP 404');
    expect(asked.stats().attempts).toBe(asked.stats().calls);
  });
});

describe('embedChunks', () => {
  it('gives one vector a chunk, in batches', async () => {
    const chunks = Array.from({ length: 5 }, (_, index) => ({
      mailId: 'a',
      index,
      text: `chunk ${index}`,
      tokens: 2,
    }));
    const asked = client();
    const inTwos = await embedChunks(chunks, context, { client: asked, batchSize: 2 });
    expect(asked.stats().calls).toBe(3);
    expect(inTwos.map((vector) => Buffer.from(vector, 'base64').length)).toEqual(
      chunks.map(() => 512 * 4),
    );
    expect(new Set(inTwos).size).toBe(5);
    expect(await embedChunks([], context, { client: asked })).toEqual([]);
  });
});

describe('createModelClient', () => {
  it('names a wrong address at once', () => {
    expect(() => client({ baseUrl: 'localhost' })).toThrow('baseUrl must be a URL, got localhost');
  });
});
