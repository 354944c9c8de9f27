import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemSchema } from '../../server/contract.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

const TOO_LONG = JSON.stringify({ idempotencyKey: 'x'.repeat(1_100_000) });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function post(body: string | ReadableStream): Promise<Response> {
  const init: RequestInit & { readonly duplex: 'half' } = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  };
  return fetch(`${server.url}/api/reservations`, init);
}

describe('A body that is too long', () => {
  test('is refused by the length that it says', async () => {
    const answer = await post(TOO_LONG);
    expect(answer.status).toBe(413);
    expect(problemSchema.parse(await answer.json()).detail).toContain('1048576 bytes');
  });

  test('is refused where it says none', async () => {
    const answer = await post(new Blob([TOO_LONG]).stream());
    expect(answer.status).toBe(413);
    expect(problemSchema.parse(await answer.json()).detail).toContain('1048576 bytes');
  });

  test('leaves the server fit to read the next one, in pieces too', async () => {
    const piece = new Blob(['{"pipeline":', '7}']).stream();
    const answer = await post(piece);
    expect(answer.status).toBe(400);
  });
});

test.each([
  ['/healthz', 200],
  ['/api/pipelines', 200],
  ['/api/openapi.json', 200],
  ['/api/nothing', 404],
  ['/v1/metrics', 404],
])('The answer of %s says what a browser may do with it, once', async (path, status) => {
  const answer = await fetch(server.url + path);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';[^,]*$/);
  await answer.arrayBuffer();
});
