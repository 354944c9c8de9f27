import { describe, expect, test } from 'vitest';
import { burnGeometry } from '../../web/parts/burnGeometry.js';

describe('a burn bar', () => {
  test('within its budget fills its share of the whole width and stays calm', () => {
    expect(burnGeometry({ used: 0.75, elapsed: 0.5 })).toEqual({
      scale: 1,
      fill: 75,
      over: null,
      ghost: null,
      band: null,
      tick: 50,
      tone: 'calm',
    });
  });

  test('has no tick without a clock', () => {
    expect(burnGeometry({ used: 0.5, elapsed: null }).tick).toBeNull();
  });

  test('shows where it will end as a ghost behind the fill', () => {
    const { ghost, fill, scale } = burnGeometry({ used: 0.4, elapsed: 0.5, projected: 0.8 });
    expect(scale).toBe(1);
    expect(fill).toBe(40);
    expect(ghost).toEqual({ from: 40, length: 40 });
  });

  test('shows between what the end lies in most cases, and makes room for it', () => {
    const { band, scale } = burnGeometry({
      used: 0.4,
      projected: 0.9,
      band: { low: 0.7, high: 1.2 },
    });
    expect(scale).toBeCloseTo(1.26);
    expect(band?.from).toBeCloseTo(70 / 1.26);
    expect(band?.length).toBeCloseTo(50 / 1.26);
  });

  test('beyond its budget shrinks the budget and shows the rest apart', () => {
    const { scale, fill, over, tone } = burnGeometry({ used: 2 });
    expect(scale).toBeCloseTo(2.1);
    expect(fill).toBeCloseTo(100 / 2.1);
    expect(over?.from).toBeCloseTo(100 / 2.1);
    expect((over?.from ?? 0) + (over?.length ?? 0)).toBeCloseTo(200 / 2.1);
    expect(tone).toBe('crit');
  });

  test('turns amber and crimson where it is told to', () => {
    expect(burnGeometry({ used: 1.9, warnAt: 2, critAt: 4 }).tone).toBe('calm');
    expect(burnGeometry({ used: 2, warnAt: 2, critAt: 4 }).tone).toBe('warn');
    expect(burnGeometry({ used: 4, warnAt: 2, critAt: 4 }).tone).toBe('crit');
  });

  test.each([NaN, -1, Infinity, 1e9])('of %d stays inside its frame', (used) => {
    const { fill, over, scale } = burnGeometry({ used, elapsed: used, projected: used });
    expect(scale).toBeGreaterThanOrEqual(1);
    expect(fill).toBeGreaterThanOrEqual(0);
    expect(fill + (over?.length ?? 0)).toBeLessThanOrEqual(100.000001);
  });
});
