/** A server with hard budgets, and short words for what tests ask of it. */
import { parseTime } from '@burnbook/domain/time';
import { budgetsSchema as budgetsFileSchema } from '../../server/config/budgetsFile.js';
import {
  budgetsSchema,
  grantSchema,
  listOf,
  reservationRowSchema,
  type Budget,
  type GrantView,
  type Problem,
  type ReservationRow,
  type ReservationView,
} from '../../server/contract.js';
import { TEST_CONFIG } from './testConfig.js';
import { startTestServer, type TestServer } from './testServer.js';
import { chat, TraceMaker } from './traceMaker.js';

/** A problem with all its members. */
export type Refusal = Problem & Readonly<Record<string, unknown>>;

export type Answer<Body> =
  | { readonly status: 200 | 201; readonly body: Body }
  | { readonly status: 400 | 404 | 409 | 415 | 422 | 503; readonly body: Refusal };

const NS_PER_S = 1_000_000_000n;

export class ReservationDesk {
  readonly server: TestServer;
  #keys = 0;

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async open(nowNs: bigint, ...budgets: object[]): Promise<ReservationDesk> {
    return new ReservationDesk(
      await startTestServer({ config: ReservationDesk.config(...budgets), nowNs }),
    );
  }

  static config(...budgets: object[]) {
    return { ...TEST_CONFIG, budgets: budgetsFileSchema.parse({ budgets }) };
  }

  /** Lets the server's clock go on. */
  pass(seconds: number): void {
    this.server.nowNs += BigInt(Math.round(seconds)) * NS_PER_S;
  }

  /** Asks for an amount; what is left out has a default. */
  reserve(request: object, budget?: string): Promise<Answer<GrantView>> {
    const path = budget === undefined ? '/api/reservations' : `/api/budgets/${budget}/reservations`;
    const body = {
      ttlSeconds: 600,
      idempotencyKey: `key ${++this.#keys}`,
      pipeline: 'mail-etl',
      ...request,
    };
    return this.post(path, body) as Promise<Answer<GrantView>>;
  }

  /** @throws Error when it is not granted. */
  async granted(request: object, budget?: string): Promise<GrantView> {
    const { status, body } = await this.reserve(request, budget);
    if (status !== 201) throw new Error(`not granted: ${JSON.stringify(body)}`);
    return grantSchema.parse(body);
  }

  settle(id: string, actualUsd: string): Promise<Answer<ReservationView>> {
    return this.post(`/api/reservations/${id}/settle`, { actualUsd }) as never;
  }

  renew(id: string, ttlSeconds: number): Promise<Answer<ReservationView>> {
    return this.post(`/api/reservations/${id}/renew`, { ttlSeconds }) as never;
  }

  async release(id: string): Promise<Answer<ReservationView>> {
    const answer = await this.server.fetch(`/api/reservations/${id}`, { method: 'DELETE' });
    return { status: answer.status, body: await answer.json() } as never;
  }

  async post(path: string, body: unknown): Promise<Answer<unknown>> {
    const answer = await this.server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() } as never;
  }

  get(id: string): Promise<ReservationView> {
    return this.server.get(`/api/reservations/${id}`, reservationRowSchema);
  }

  async list(query = ''): Promise<ReservationRow[]> {
    return (await this.server.get(`/api/reservations${query}`, listOf(reservationRowSchema))).items;
  }

  async budget(id: string): Promise<Budget> {
    const { items } = await this.server.get('/api/budgets', budgetsSchema);
    const found = items.find((budget) => budget.id === id);
    if (!found) throw new Error(`there is no budget ${id}`);
    return found;
  }

  /** A call of so many nano-USD (a multiple of 10), now unless said. */
  async spend(call: {
    readonly nano: number;
    readonly reservation?: string;
    readonly pipeline?: string;
    readonly model?: string;
    readonly atNs?: bigint;
  }): Promise<void> {
    const { nano, reservation, pipeline = 'mail-etl', model = 'wren' } = call;
    const maker = new TraceMaker({
      startNs: call.atNs ?? this.server.nowNs - NS_PER_S,
      common: {
        'pipeline.name': pipeline,
        ...(reservation === undefined ? {} : { 'burnbook.reservation.id': reservation }),
      },
    });
    const attributes = chat(model, { input: 0, output: nano / 10 });
    await this.server.send([maker.span({ attributes })]);
  }
}

/** RFC 3339 as UTC nanoseconds. */
export function at(text: string): bigint {
  const ns = parseTime(text);
  if (ns === null) throw new Error(`not a time: ${text}`);
  return ns;
}
