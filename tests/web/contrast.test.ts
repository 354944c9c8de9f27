import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../web/style/tokens.css', import.meta.url), 'utf8');
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

/** Every token of tokens.css that is a pair of colours. */
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);

/** WCAG 2.2: text 4.5 to 1; parts of controls and of figures 3 to 1. */
const TEXT = ['ink', 'ink2', 'ink3', 'link', 'warn-text', 'crit-text'];
const PARTS = ['control', 'ok', 'warn-fill', 'crit-fill'];
const SERIES = ['s1', 's2', 's3', 's4', 's5', 's6'];
const GROUNDS = ['bg', 'surface', 'sunk'];

describe('the colour tokens', () => {
  test('are all read from the style sheet', () => {
    expect([...tokens.keys()]).toEqual(
      expect.arrayContaining([...TEXT, ...PARTS, ...SERIES, ...GROUNDS]),
    );
  });

  test.each(SCHEMES)('give every text 4.5 to 1 on every ground, %s', (scheme) => {
    expect(tooWeak({ names: TEXT, grounds: GROUNDS, scheme, atLeast: 4.5 })).toEqual([]);
  });

  test.each(SCHEMES)('give every control and status shape 3 to 1 on every ground, %s', (scheme) => {
    expect(tooWeak({ names: PARTS, grounds: ['bg', 'surface'], scheme, atLeast: 3 })).toEqual([]);
  });

  test('give the primary button, ink on paper turned round, 4.5 to 1', () => {
    for (const scheme of SCHEMES)
      expect(contrast(color('bg', scheme), color('ink', scheme))).toBeGreaterThan(4.5);
  });

  test.each(SCHEMES)(
    'give every series but the palest 2.5 to 1 on the surface it is drawn on, %s',
    (scheme) => {
      expect(tooWeak({ names: SERIES, grounds: ['surface'], scheme, atLeast: 2.5 })).toEqual([]);
    },
  );
});

describe('the contrast formula', () => {
  test('gives 21 for black on white, 1 for equal colours and 4.54 for the usual grey', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#777777')).toBe(1);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });
});

function tooWeak(options: {
  names: string[];
  grounds: string[];
  scheme: Scheme;
  atLeast: number;
}): string[] {
  const { names, grounds, scheme, atLeast } = options;
  return names.flatMap((name) =>
    grounds
      .filter((ground) => contrast(color(name, scheme), color(ground, scheme)) < atLeast)
      .map((ground) => `${name} on ${ground}`),
  );
}

function color(name: string, scheme: Scheme): string {
  const pair = tokens.get(name);
  if (!pair) throw new Error(`no token --${name}`);
  return pair[scheme];
}

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
