export interface DemoServerOptions {
  url: string;
  /** null: it has none. */
  token: string | null;
}

export interface DemoAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** The demo's server as an injector talks to it, besides telemetry. */
export interface DemoServer {
  get: (path: string) => Promise<DemoAnswer>;
  /** @returns the answer, whatever its status. @throws what `fetch` throws. */
  post: (path: string, body?: object) => Promise<DemoAnswer>;
}

export function createDemoServer({ url, token }: DemoServerOptions): DemoServer {
  const headers = {
    'burnbook-actor': 'game day',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const ask = async (path: string, init: RequestInit = {}): Promise<DemoAnswer> => {
    const response = await fetch(new URL(path, url), init);
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text) as DemoAnswer['body'] };
  };
  return {
    get: (path) => ask(path, { headers }),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
  };
}

/** The server takes over changed files a moment later, and says nothing of it. */
export const reloadMs = 1_500;

/** A check tells the same for so long. */
const answersKeptMs = 2_100;

/** The figure of a check, as it is now; null: nobody can tell. */
export async function figureOf(
  { server, sleep }: { server: DemoServer; sleep: (ms: number) => Promise<void> },
  question: string,
  params: Readonly<Record<string, string>>,
): Promise<number | null> {
  await sleep(answersKeptMs);
  const { body } = await server.get(
    `/api/checks/${question}?${new URLSearchParams(params).toString()}`,
  );
  return typeof body['number'] === 'number' ? body['number'] : null;
}
