import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeVector } from '../../pipelines/batch/features.js';
import { createFaultDial } from '../../pipelines/demo/faultDial.js';
import { startLocalModels } from './support/localModels.js';
import type { LocalModels } from './support/localModels.js';

let models: LocalModels;

beforeAll(async () => {
  models = await startLocalModels();
});

afterAll(() => models.close());

beforeEach(async () => {
  await send('PUT', '/faults', {});
});

function send(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${models.url}${path}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function embed(input: unknown, more: object = {}): Promise<Response> {
  return send('POST', '/v1/embeddings', { model: 'text-embedding-3-small', input, ...more });
}

function chat(content: string, more: object = {}): Promise<Response> {
  const messages = [
    { role: 'system', content: 'Sort.' },
    { role: 'user', content },
  ];
  return send('POST', '/v1/chat/completions', { model: 'gpt-4o-mini', messages, ...more });
}

describe('POST /v1/embeddings', () => {
  it('puts sentences of like meaning closer than others', async () => {
    const response = await embed([
      'How do I reset my password?',
      'I forgot my login, how can I get a new one?',
      'The recipe needs two eggs and some butter.',
    ]);
    const { data } = (await response.json()) as { data: { embedding: number[] }[] };
    const [reset, forgot, recipe] = data.map(({ embedding }) => embedding);
    expect(cosine(reset, forgot)).toBeGreaterThan(cosine(reset, recipe) + 0.3);
    expect(reset).toHaveLength(512);
  });

  it('answers in the order of the inputs, with the tokens counted', async () => {
    const response = await embed(['hello world', 'tiktoken is great!']);
    const answer = await response.json();
    expect(answer).toMatchObject({
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0 }, { index: 1 }],
      // 2 and 6, as in OpenAI's cookbook on counting tokens.
      usage: { prompt_tokens: 8, total_tokens: 8 },
    });
    expect((answer as { id: string }).id).toMatch(/^emb-/);
  });

  it('gives the same numbers as base64', async () => {
    const plain = (await (await embed('hello')).json()) as { data: { embedding: number[] }[] };
    const coded = (await (await embed('hello', { encoding_format: 'base64' })).json()) as {
      data: { embedding: string }[];
    };
    expect(decodeVector(coded.data[0]!.embedding)).toEqual(
      plain.data[0]!.embedding.map(Math.fround),
    );
  });

  it.each([
    [{ input: [] }, 400],
    [{ input: ['a', ''] }, 400],
    [{ input: 7 }, 400],
    [{ input: 'word '.repeat(9000) }, 400],
    [{ input: 'x', model: 'gpt-9' }, 404],
  ])('refuses what OpenAI refuses (%#)', async ({ input, ...more }, status) => {
    const response = await embed(input, more);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

describe('POST /v1/chat/completions', () => {
  it('classifies, and counts the tokens of prompt and answer', async () => {
    const answer = (await (await chat('Subject: win money\n\nfree offer')).json()) as {
      choices: { message: { content: string }; finish_reason: string }[];
      usage: Record<string, number>;
    };
    expect(JSON.parse(answer.choices[0]!.message.content)).toMatchObject({ label: 'spam' });
    expect(answer.choices[0]!.finish_reason).toBe('stop');
    const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = answer.usage;
    expect(input).toBeGreaterThan(12);
    expect(output).toBeGreaterThan(5);
    expect(total).toBe(input! + output!);
    const ham = (await (
      await chat('Subject: patch review\n\nkernel notes')
    ).json()) as typeof answer;
    expect(JSON.parse(ham.choices[0]!.message.content)).toMatchObject({ label: 'ham' });
  });

  it('obeys max_tokens', async () => {
    expect(await (await chat('win', { max_tokens: 2 })).json()).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 2 },
    });
  });

  it('refuses a body that is no JSON object, messages that are none, and other paths', async () => {
    expect((await send('POST', '/v1/chat/completions', '[1')).status).toBe(400);
    expect(
      (await send('POST', '/v1/chat/completions', { model: 'gpt-4o-mini', messages: [1] })).status,
    ).toBe(400);
    expect((await send('GET', '/v1/nothing')).status).toBe(404);
  });
});

describe('the fault dial', () => {
  it('answers 429 with Retry-After, and 500', async () => {
    await send('PUT', '/faults', { rateLimited: 1, retryAfterS: 3 });
    const limited = await chat('x');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    await send('PUT', '/faults', { serverError: 1 });
    expect((await chat('x')).status).toBe(500);
  });

  it('cuts the connection, and cuts an answer short whose tokens are counted', async () => {
    await send('PUT', '/faults', { cut: 1 });
    await expect(chat('x').then((response) => response.text())).rejects.toThrow('terminated');
    await send('PUT', '/faults', { invalid: 1 });
    const answer = (await (await chat('x')).json()) as {
      choices: { message: { content: string } }[];
      usage: { completion_tokens: number };
    };
    expect(() => JSON.parse(answer.choices[0]!.message.content) as unknown).toThrow(SyntaxError);
    expect(answer.usage.completion_tokens).toBe(5);
  });

  it('spares other paths when it names one', async () => {
    await send('PUT', '/faults', { serverError: 1, path: '/v1/chat/completions' });
    expect((await embed('x')).status).toBe(200);
    expect((await chat('x')).status).toBe(500);
  });

  it('refuses unknown settings and rates above 1 together', async () => {
    for (const bad of [
      { fog: 1 },
      { cut: 0.6, slow: 0.6 },
      { cut: -1 },
      { cut: 'x' },
      { path: 1 },
    ]) {
      expect((await send('PUT', '/faults', bad)).status).toBe(400);
    }
    expect(await (await send('GET', '/faults')).json()).toMatchObject({ cut: 0, slow: 0 });
  });

  it('repeats itself for the same seed, whatever the order of the requests', () => {
    const keys = Array.from({ length: 500 }, (_, index) => `k${index}`);
    const faultsOf = (order: string[]) => {
      const dial = createFaultDial(3);
      dial.set({ rateLimited: 0.2, invalid: 0.1 });
      const met = order.map((key) => [key, dial.next({ path: '/v1/x', key })] as const);
      return Object.fromEntries(met);
    };
    const faults = faultsOf(keys);
    expect(faultsOf([...keys].reverse())).toEqual(faults);
    const share = (fault: string) =>
      keys.filter((key) => faults[key] === fault).length / keys.length;
    expect(share('rateLimited')).toBeCloseTo(0.2, 1);
    expect(share('invalid')).toBeCloseTo(0.1, 1);
  });

  it('meets each repetition of a request anew', () => {
    const dial = createFaultDial(3);
    dial.set({ serverError: 0.5 });
    const met = Array.from({ length: 40 }, () => dial.next({ path: '/v1/x', key: 'same' }));
    expect(new Set(met)).toEqual(new Set([null, 'serverError']));
  });
});

function cosine(a: number[] = [], b: number[] = []): number {
  const dot = (x: number[], y: number[]) =>
    x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
