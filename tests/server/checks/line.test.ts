import { expect, test } from 'vitest';
import { Line } from '../../../server/check/line.js';

const never = new AbortController().signal;

test('so many are under way at once, the others follow in their order', async () => {
  const line = new Line(3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const done = Array.from({ length: 5 }, (_, index) =>
    line.run(
      () =>
        new Promise<number>((resolve) => {
          begun.push(index);
          ends.push(() => resolve(index));
        }),
      never,
    ),
  );
  expect(begun).toEqual([0, 1, 2]);
  ends[1]?.();
  expect(await done[1]).toBe(1);
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[0]?.();
  await done[0];
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('one that fails makes room as well', async () => {
  const line = new Line(1);
  const failed = line.run(() => Promise.reject(new Error('no')), never);
  const next = line.run(() => Promise.resolve('next'), never);
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('what nobody waits for any more is never begun', async () => {
  const line = new Line(1);
  const over = new AbortController();
  let end = (): void => undefined;
  const first = line.run(() => new Promise<void>((resolve) => (end = resolve)), never);
  let hasBegun = false;
  const given = line.run(() => Promise.resolve((hasBegun = true)), over.signal);
  const last = line.run(() => Promise.resolve('last'), never);
  over.abort();
  end();
  await first;
  await expect(given).rejects.toThrow('nobody waits');
  expect(await last).toBe('last');
  expect(hasBegun).toBe(false);
});
