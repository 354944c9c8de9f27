import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const folder = new URL('../../dist/web/', import.meta.url);
const assets = new URL('assets/', folder);
const KB = 1_000;

/** What a visit to a page loads at once: its own code, and the chart library where it draws a chart. */
const FIRST_VIEWS: Record<string, string[]> = {
  overview: ['OverviewPage', 'drawPlot', 'enOverview'],
  cost: ['CostPage', 'drawPlot', 'enCost', 'enSeries'],
  budget: ['BudgetPage', 'drawPlot', 'enCost', 'enBudget'],
  'budget with a hard limit': [
    'BudgetPage',
    'drawPlot',
    'ReservationsPanel',
    'enCost',
    'enBudget',
    'enReservations',
  ],
  reservations: ['ReservationsPage', 'enCost', 'enBudget', 'enReservations'],
  prices: ['PricesPage', 'enCost', 'enBudget', 'enPrices'],
  slos: ['SlosPage', 'enSlos', 'enBurn'],
  slo: ['SloPage', 'drawPlot', 'enSlos', 'enBurn'],
  incidents: ['IncidentsPage', 'enSlos', 'enIncidents'],
  incident: ['IncidentPage', 'drawPlot', 'enBurn', 'enIncidents', 'enRunbooks'],
  delivery: ['DeliveryPage', 'enBudget', 'enIncidents'],
  'incident in Chinese': [
    ...['IncidentPage', 'drawPlot'],
    ...['zhCN', 'zhCNBurn', 'zhCNIncidents', 'zhCNRunbooks'],
  ],
  retries: ['RetriesPage', 'enCost', 'enRetries'],
  batches: ['BatchesPage'],
  batch: ['BatchPage', 'enBatch'],
  trace: ['TracePage', 'enTrace'],
  runbooks: ['RunbooksPage', 'enRunbooks', 'enRunbookList'],
  'runbook at a panel of spend': [
    ...['RunbookPage', 'SpendByModel', 'drawPlot'],
    ...['enRunbooks', 'enSeries'],
  ],
  'runbook at a panel of an SLO in Chinese': [
    ...['RunbookPage', 'SloPanels', 'drawPlot'],
    ...['zhCN', 'zhCNRunbooks', 'zhCNBurn'],
  ],
  'runbook at a panel of spend in Chinese': [
    ...['RunbookPage', 'SpendByModel', 'drawPlot'],
    ...['zhCN', 'zhCNRunbooks', 'zhCNSeries'],
  ],
  resilience: ['ResiliencePage', 'enResilience'],
  'cost in Chinese': ['CostPage', 'drawPlot', 'zhCN', 'zhCNCost', 'zhCNSeries'],
  'overview in Chinese': ['OverviewPage', 'drawPlot', 'zhCN', 'zhCNOverview'],
};

describe('the built page', () => {
  test('exists', () => {
    expect(existsSync(new URL('index.html', folder))).toBe(true);
  });

  test('starts with at most 40 kB of script, gzipped', () => {
    expect(gzipBytes(entryFiles())).toBeLessThanOrEqual(40 * KB);
  });

  test.each(Object.entries(FIRST_VIEWS))(
    'loads at most 150 kB of script for the %s, gzipped',
    (_name, chunks) => {
      const files = new Set(entryFiles());
      for (const chunk of chunks) for (const file of withImports(fileOf(chunk))) files.add(file);
      expect(gzipBytes([...files])).toBeLessThanOrEqual(150 * KB);
    },
  );

  test('has at most 12 kB of style, gzipped, in one file', () => {
    const styles = readdirSync(assets).filter((name) => name.endsWith('.css'));
    expect(styles).toHaveLength(1);
    expect(gzipBytes(styles)).toBeLessThanOrEqual(12 * KB);
  });

  test('needs no exception from the Content-Security-Policy: no inline script or style, no eval', () => {
    const html = readFileSync(new URL('index.html', folder), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    for (const name of readdirSync(assets).filter((each) => each.endsWith('.js'))) {
      expect(readFileSync(new URL(name, assets), 'utf8')).not.toMatch(/\beval\(|new Function\(/);
    }
  });

  test('keeps the two places that the server writes a runbook into', () => {
    const html = readFileSync(new URL('index.html', folder), 'utf8');
    expect(html.split('<!--head-->')).toHaveLength(2);
    expect(html.split('<div id="app"><!--app-html--></div>')).toHaveLength(2);
  });
});

/** The script of index.html and all that it imports statically. */
function entryFiles(): string[] {
  const html = readFileSync(new URL('index.html', folder), 'utf8');
  const entries = [...html.matchAll(/<script type="module"[^>]*src="\/assets\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  expect(entries).toHaveLength(1);
  return [...new Set(entries.flatMap((entry) => withImports(entry)))];
}

/** A file and, deeply, its static imports: `import…from"./x.js"` and `import"./x.js"`, not `import("./x.js")`. */
function withImports(file: string, known = new Set<string>()): string[] {
  if (known.has(file)) return [];
  known.add(file);
  const code = readFileSync(new URL(file, assets), 'utf8');
  const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)].map(
    ([, name = '']) => name,
  );
  return [file, ...imports.flatMap((name) => withImports(name, known))];
}

function fileOf(chunk: string): string {
  const found = readdirSync(assets).filter(
    (name) => name.startsWith(`${chunk}-`) && name.endsWith('.js'),
  );
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

function gzipBytes(files: readonly string[]): number {
  return files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(new URL(file, assets)), { level: 9 }).length,
    0,
  );
}
