import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/testServer.js';

describe('a restatement that is asked for wrongly', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  const post = (path: string, body: object): Promise<Response> =>
    server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test.each([
    [{ from: '-1h', to: 'now' }, 'why', 400],
    [{ from: '-1h', to: 'now', why: '  ' }, 'why', 400],
    [{ from: 'soon', to: 'now', why: 'x' }, 'from', 400],
    [{ from: 'now', to: '-1h', why: 'x' }, 'from', 400],
    [{ from: '-1h', to: 'now', why: 'x', kind: 'tokens' }, 'kind', 400],
    [{ from: '-1h', to: 'now', why: 'x', model: 'y' }, 'model', 400],
  ])('refuses %j and names %s', async (body, field, status) => {
    const answer = await post('/api/reprice', body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ field });
  });

  test.each(['/api/reprice/7', '/api/reprice/x'])('%s is not there', async (path) => {
    expect((await server.fetch(path)).status).toBe(404);
    expect((await post(`${path}/undo`, {})).status).toBe(404);
  });
});
