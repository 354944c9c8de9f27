import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRange, monthOf, parseRange, resolveRange, shiftRange } from '../../web/url/range.js';
import { batchPath, pageHref, parseViewState, patchUrl } from '../../web/url/viewState.js';

const clock = { now: new Date('2026-11-22T19:04:30.500Z'), tz: 'Europe/Berlin' };
const read = (text: string) => {
  const range = parseRange(text);
  if (!range) throw new Error(`not a range: ${text}`);
  return range;
};

describe('a range in the URL', () => {
  test.each([
    '-7d',
    '-15m',
    '-4w',
    '2026-11',
    '2026-11-01T00:00:00.000Z..2026-11-02T00:00:00.000Z',
  ])('%s reads and writes back the same', (text) => {
    expect(formatRange(read(text))).toBe(text);
  });

  test.each([
    '',
    '7d',
    '-0d',
    '-7y',
    '-9999w',
    '2026-13',
    '2026-00',
    '2026-11-02..2026-11-01',
    'a..b',
    '1..2..3',
  ])('%j is none', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  test('relative ends at the next whole minute', () => {
    const { from, to } = resolveRange(read('-7d'), clock);
    expect(to.toISOString()).toBe('2026-11-22T19:05:00.000Z');
    expect(from.toISOString()).toBe('2026-11-15T19:05:00.000Z');
  });

  test('of a month is the month of the zone, an hour longer when the clock goes back in it', () => {
    const { from, to } = resolveRange(read('2026-10'), clock);
    expect(from.toISOString()).toBe('2026-09-30T22:00:00.000Z');
    expect(to.toISOString()).toBe('2026-10-31T23:00:00.000Z');
  });

  test('of this month is the one that the zone is in', () => {
    const now = new Date('2026-10-31T20:00:00Z');
    expect(formatRange(monthOf(now, 'Asia/Shanghai'))).toBe('2026-11');
    expect(formatRange(monthOf(now, 'UTC'))).toBe('2026-10');
  });

  test('shifts by its own length, a month to its neighbour across the year', () => {
    expect(formatRange(shiftRange(read('2026-01'), -1, clock))).toBe('2025-12');
    expect(formatRange(shiftRange(read('2025-12'), 1, clock))).toBe('2026-01');
    expect(formatRange(shiftRange(read('-1h'), -1, clock))).toBe(
      '2026-11-22T17:05:00.000Z..2026-11-22T18:05:00.000Z',
    );
  });

  test('shifted there and back is the same interval', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom('m', 'h', 'd'),
        (amount, unit) => {
          const range = read(`-${amount}${unit}`);
          const back = shiftRange(shiftRange(range, -1, clock), 1, clock);
          expect(resolveRange(back, clock)).toEqual(resolveRange(range, clock));
        },
      ),
    );
  });
});

describe("a page's URL", () => {
  test('without parameters is seven days in the own zone', () => {
    expect(parseViewState('', 'Asia/Shanghai')).toEqual({
      range: { kind: 'relative', amount: 7, unit: 'd' },
      tz: 'Asia/Shanghai',
      compare: null,
    });
  });

  test('that cannot be read falls back to the default', () => {
    const state = parseViewState('?range=everything&tz=Mars/Olympus&compare=no', 'UTC');
    expect(state.tz).toBe('UTC');
    expect(formatRange(state.range)).toBe('-7d');
    expect(state.compare).toBeNull();
  });

  test('keeps range, zone and comparison on every link', () => {
    const state = parseViewState('?range=2026-11&tz=Asia/Shanghai&compare=previous', 'UTC');
    const href = pageHref('/batches', state, { pipeline: 'a&b', sort: null });
    expect(href).toBe('/batches?range=2026-11&tz=Asia/Shanghai&compare=previous&pipeline=a%26b');
    expect(parseViewState(href.split('?')[1] ?? '', 'UTC')).toEqual(state);
  });

  test('changes one parameter and keeps the others', () => {
    expect(patchUrl('/?range=-7d&tz=UTC&only=x', { only: null, sort: '-waste' })).toBe(
      '/?range=-7d&tz=UTC&sort=-waste',
    );
    expect(patchUrl('/runbooks?a=1', { a: '' })).toBe('/runbooks');
  });

  test.each(['2026-11-22', 'a/b', `it's "q" & 50 %`, '客服/第1批', '..\\x', '#?&'])(
    'carries the batch id %j there and back',
    (id) => {
      const [, , pipeline = '', batch = ''] = batchPath('客服/邮件', id).split('/');
      expect(decodeURIComponent(pipeline)).toBe('客服/邮件');
      expect(decodeURIComponent(batch)).toBe(id);
    },
  );
});
