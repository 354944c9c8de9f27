import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatUsd } from '@burnbook/domain/money';
import { heldOf, PlainHolds, type PlainBudget } from '../../support/plainHolds.js';
import { at, ReservationDesk } from '../../support/reservationDesk.js';

const CENT = 10_000_000n;
const NS_PER_S = 1_000_000_000n;
/** The slow run has the more. */
const RUNS = process.env['BURNBOOK_TEST_SLOW'] === '1' ? 24 : 6;

let desk: ReservationDesk;
beforeAll(async () => {
  desk = await ReservationDesk.open(at('2026-04-16T20:00:00Z'));
});
afterAll(() => desk.server.close());

const seconds = fc.constantFrom(1, 60, 890, 900, 3_600, 20_000);
const which = fc.nat({ max: 5 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      pipeline: fc.constantFrom('a', 'b'),
      cents: fc.integer({ min: 1, max: 60 }),
      ttl: seconds,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which,
      cents: fc.nat({ max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), which, ttl: seconds }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('spend' as const),
      which: fc.option(which),
      cents: fc.integer({ min: 1, max: 40 }),
      lateSeconds: fc.constantFrom(0, 0, 0, 7_200, 90_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('whatever is reserved, settled, renewed, given back, spent and late, the server agrees with plain sums', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      await agree(`run${++run}`, steps);
    }),
    { numRuns: RUNS },
  );
}, 240_000);

async function agree(name: string, steps: readonly Step[]): Promise<void> {
  const budgets: PlainBudget[] = [
    { id: `${name}-both`, amount: 100n * CENT, matches: () => true },
    { id: `${name}-a`, amount: 70n * CENT, matches: (pipeline) => pipeline.endsWith('-a') },
  ];
  await define(
    budgets.map(({ id, amount }, index) => ({
      id,
      scope: { pipeline: index === 0 ? `${name}-*` : `${name}-a` },
      period: 'day',
      amountUsd: formatUsd(amount),
      hardLimit: true,
    })),
  );
  const plain = new PlainHolds(budgets);
  for (const each of steps) {
    await act(name, plain, each);
    await compare(name, plain, budgets);
  }
}

async function act(name: string, plain: PlainHolds, each: Step): Promise<void> {
  const { server } = desk;
  if (each.kind === 'pass') {
    desk.pass(each.seconds);
    plain.passed(server.nowNs);
    return;
  }
  if (each.kind === 'restart') {
    await server.restart();
    return;
  }
  if (each.kind === 'reserve') {
    const pipeline = `${name}-${each.pipeline}`;
    const amount = BigInt(each.cents) * CENT;
    const blocker = plain.blocker(pipeline, amount, server.nowNs);
    const answer = await desk.reserve({
      pipeline,
      amountUsd: formatUsd(amount),
      ttlSeconds: each.ttl,
    });
    if (answer.status === 201) {
      const { id } = answer.body;
      plain.add({ id, pipeline, amount, due: server.nowNs + BigInt(each.ttl) * NS_PER_S });
    }
    const refusedBy = answer.status === 409 ? answer.body['budget'] : null;
    expect([answer.status, refusedBy]).toEqual([blocker === null ? 201 : 409, blocker]);
    return;
  }
  const hold = each.which === null ? null : (plain.holds[each.which] ?? null);
  if (each.kind === 'spend') {
    const pipeline = hold?.pipeline ?? `${name}-b`;
    const nano = BigInt(each.cents) * CENT;
    const atNs = server.nowNs - BigInt(each.lateSeconds) * NS_PER_S;
    const reservation = hold ? { reservation: hold.id } : {};
    await desk.spend({ nano: Number(nano), pipeline, atNs, ...reservation });
    plain.spent({ pipeline, nano, atNs, hold });
    return;
  }
  if (!hold) return;
  if (each.kind === 'settle') {
    const actual = BigInt(each.cents) * CENT;
    const { status } = await desk.settle(hold.id, formatUsd(actual));
    expect(status).toBe(plain.settle(hold, actual, server.nowNs) ? 200 : 409);
  } else if (each.kind === 'renew') {
    const { status } = await desk.renew(hold.id, each.ttl);
    const due = server.nowNs + BigInt(each.ttl) * NS_PER_S;
    expect(status).toBe(plain.renew(hold, due) ? 200 : 409);
  } else {
    const { status } = await desk.release(hold.id);
    expect(status).toBe(plain.release(hold) ? 200 : 409);
  }
}

async function compare(
  name: string,
  plain: PlainHolds,
  budgets: readonly PlainBudget[],
): Promise<void> {
  const items = (await desk.list('?limit=500')).filter(({ pipeline }) =>
    pipeline?.startsWith(`${name}-`),
  );
  const seen = items.map(({ id, state, heldUsd, telemetryUsd, actualUsd }) => ({
    id,
    state,
    heldUsd,
    telemetryUsd,
    actualUsd,
  }));
  const wanted = plain.holds.toReversed().map((hold) => ({
    id: hold.id,
    state: hold.state,
    heldUsd: formatUsd(heldOf(hold)),
    telemetryUsd: formatUsd(hold.telemetry),
    actualUsd: hold.actual === null ? null : formatUsd(hold.actual),
  }));
  expect(seen).toEqual(wanted);
  for (const budget of budgets) {
    const left = plain.left(budget, desk.server.nowNs);
    expect((await desk.budget(budget.id)).holds).toMatchObject({
      heldUsd: formatUsd(plain.heldIn(budget)),
      availableUsd: formatUsd(left > 0n ? left : 0n),
    });
  }
}

/** Definitions are there for the API once it has written them. */
async function define(budgets: readonly object[]): Promise<void> {
  desk.server.applyConfig(ReservationDesk.config(...budgets));
  await desk.server.fetch('/api/budgets');
  await desk.server.fetch('/api/budgets');
}
