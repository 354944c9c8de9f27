/** A runbook of 30 steps and 6 live panels in a browser: when it is drawn, and how soon a tick shows and is on disk. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { chromium, type Page } from 'playwright-core';
import { executionDetailSchema } from '../server/contract.js';
import { longRunbook } from '../tests/e2e/support/longRunbook.js';
import { sendBatches } from '../tests/e2e/support/sendBatches.js';
import { attemptsSloYaml } from '../tests/support/sloYaml.js';
import { ServerProcess, withTempFolder } from './serverProcess.js';
import { percentile, spreadOf, type Spread } from './statistics.js';

export interface PageBench {
  readonly browser: string;
  readonly views: readonly {
    readonly name: string;
    /** Largest contentful paint from the navigation's start, ms, each in a fresh profile. */
    readonly paintMs: Spread;
    /** Script that it loads, bytes on the wire. */
    readonly scriptBytes: number;
  }[];
  /** From the click to the step shown as done. */
  readonly tickShownMs: { readonly p50: number; readonly max: number };
  /** From the click to the server's answer, which means on disk. */
  readonly tickStoredMs: { readonly p50: number; readonly max: number };
}

const LOADS = 5;
const TICKS = 20;
const SLO_YAML = attemptsSloYaml({
  name: 'mail-attempts',
  service: 'mail',
  pipeline: 'mail-features',
  annotations: { 'burnbook/runbook': 'RetryStorm' },
});
const VIEWS = [
  { name: 'computer', options: { viewport: { width: 1280, height: 800 } } },
  {
    name: 'phone',
    options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  },
] as const;

/** @throws Error when no browser starts. */
export function benchPage(options: { readonly mainFile?: string | undefined }): Promise<PageBench> {
  return withTempFolder(async (folder) => {
    const configFolder = path.join(folder, 'config');
    const runbooks = path.join(folder, 'runbooks');
    await mkdir(path.join(configFolder, 'slos'), { recursive: true });
    await mkdir(runbooks);
    await writeFile(path.join(configFolder, 'slos', 'mail.yaml'), SLO_YAML);
    await writeFile(path.join(runbooks, 'RetryStorm.md'), longRunbook());
    const server = await ServerProcess.start({
      dataFolder: path.join(folder, 'data'),
      configFolder,
      flags: ['--runbooks', runbooks],
      ...(options.mainFile === undefined ? {} : { mainFile: options.mainFile }),
    });
    const browser = await chromium.launch({
      executablePath: await sparticuz.executablePath(),
      chromiumSandbox: false,
      args: ['--disable-gpu', '--disable-quic', '--no-first-run'],
    });
    try {
      await sendBatches(server.url);
      const url = `${server.url}/runbooks/RetryStorm?pipeline=mail-features`;
      const views: PageBench['views'][number][] = [];
      for (const view of VIEWS) {
        const paints: number[] = [];
        let scriptBytes = 0;
        for (let load = 0; load < LOADS; load++) {
          const context = await browser.newContext(view.options);
          const page = await context.newPage();
          await page.goto(url, { waitUntil: 'networkidle' });
          paints.push(await largestPaintMs(page));
          scriptBytes = await scriptBytesOf(page);
          await context.close();
        }
        views.push({ name: view.name, paintMs: spreadOf(paints), scriptBytes });
      }
      const execution = await startExecution(server.url);
      const page = await browser.newPage();
      await page.goto(`${url}&execution=${execution}`, { waitUntil: 'networkidle' });
      const { shown, stored } = await tick(page);
      return {
        browser: `Chromium ${browser.version()}`,
        views,
        tickShownMs: shown,
        tickStoredMs: stored,
      };
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

const largestPaintMs = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );

const scriptBytesOf = (page: Page): Promise<number> =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js'))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  );

async function startExecution(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/runbooks/RetryStorm/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'burnbook-actor': 'bench' },
    body: JSON.stringify({ place: { pipeline: 'mail-features' } }),
  });
  return executionDetailSchema.parse(await answer.json()).execution.id;
}

/** Clicks one box after the other, each once the one before is on disk. */
async function tick(page: Page): Promise<{
  shown: PageBench['tickShownMs'];
  stored: PageBench['tickStoredMs'];
}> {
  await page.evaluate(() => localStorage.setItem('burnbook.actor', 'bench'));
  await page.reload({ waitUntil: 'networkidle' });
  const shown: number[] = [];
  const stored: number[] = [];
  for (let step = 1; step <= TICKS; step++) {
    const answered = page.waitForResponse((response) => response.url().endsWith('/events'));
    const startedMs = performance.now();
    shown.push(
      await page.evaluate(async (number) => {
        const item = document.getElementById(`step-${number}`);
        const box = item?.querySelector<HTMLInputElement>('input.tick');
        if (!item || !box) throw new Error(`there is no step ${number}`);
        const clickedMs = performance.now();
        box.click();
        while (!item.classList.contains('done')) {
          await new Promise((next) => requestAnimationFrame(next));
        }
        return performance.now() - clickedMs;
      }, step),
    );
    await answered;
    stored.push(performance.now() - startedMs);
  }
  return { shown: summed(shown), stored: summed(stored) };
}

function summed(values: readonly number[]): { p50: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), max: sorted.at(-1) ?? 0 };
}
