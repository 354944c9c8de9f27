import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDemoData } from '../../pipelines/demo/demoData.js';
import { demoDays } from '../../pipelines/demo/demoDays.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'burnbook-demo-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function fill(): void {
  for (const name of ['server', 'work', 'features']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'file'), 'x');
  }
}

it('continues an earlier demo, and forgets it when asked', () => {
  expect(openDemoData(folder, false).isContinued).toBe(false);
  fill();
  expect(openDemoData(folder, false).isContinued).toBe(true);
  expect(openDemoData(folder, true).isContinued).toBe(false);
  expect(existsSync(join(folder, 'server'))).toBe(false);
});

it('starts over when the telemetry of the finished steps is gone', () => {
  openDemoData(folder, false);
  fill();
  rmSync(join(folder, 'server'), { recursive: true });
  expect(openDemoData(folder, false).isContinued).toBe(false);
  expect(existsSync(join(folder, 'work'))).toBe(false);
});

it('never deletes what no demo made', () => {
  fill();
  expect(() => openDemoData(folder, true)).toThrow('is not from a demo');
  expect(existsSync(join(folder, 'server', 'file'))).toBe(true);
});

it('takes the first days from the demo’s first one on, each with its weather', () => {
  const days = demoDays(['2002-08-23', '2002-08-24', '2002-08-26', '2002-08-27'], 2);
  expect(days.map(({ partition }) => partition)).toEqual(['2002-08-24', '2002-08-26']);
  expect(days[0]?.faults).toEqual({});
  expect(days[1]?.faults).toMatchObject({ rateLimited: 0.15 });
});
