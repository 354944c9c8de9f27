import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { en as enCore } from '../../web/i18n/en.js';
import { enBatch } from '../../web/i18n/enBatch.js';
import { enBudget } from '../../web/i18n/enBudget.js';
import { enCost } from '../../web/i18n/enCost.js';
import { enOverview } from '../../web/i18n/enOverview.js';
import { enPrices } from '../../web/i18n/enPrices.js';
import { enReservations } from '../../web/i18n/enReservations.js';
import { enRetries } from '../../web/i18n/enRetries.js';
import { enRunbooks } from '../../web/i18n/enRunbooks.js';
import { enStart } from '../../web/i18n/enStart.js';
import { enSlos } from '../../web/i18n/enSlos.js';
import { enIncidents } from '../../web/i18n/enIncidents.js';
import { enLearning } from '../../web/i18n/enLearning.js';
import { enResilience } from '../../web/i18n/enResilience.js';
import { enSeries } from '../../web/i18n/enSeries.js';
import { enBurn } from '../../web/i18n/enBurn.js';
import { enRunbookList } from '../../web/i18n/enRunbookList.js';
import { enPanels } from '../../web/i18n/enPanels.js';
import { enTrace } from '../../web/i18n/enTrace.js';
import type { MessageKey } from '../../web/i18n/t.js';
import { zhCN as zhCNCore } from '../../web/i18n/zhCN.js';
import { zhCNBatch } from '../../web/i18n/zhCNBatch.js';
import { zhCNBudget } from '../../web/i18n/zhCNBudget.js';
import { zhCNCost } from '../../web/i18n/zhCNCost.js';
import { zhCNOverview } from '../../web/i18n/zhCNOverview.js';
import { zhCNPrices } from '../../web/i18n/zhCNPrices.js';
import { zhCNReservations } from '../../web/i18n/zhCNReservations.js';
import { zhCNRetries } from '../../web/i18n/zhCNRetries.js';
import { zhCNRunbooks } from '../../web/i18n/zhCNRunbooks.js';
import { zhCNStart } from '../../web/i18n/zhCNStart.js';
import { zhCNSlos } from '../../web/i18n/zhCNSlos.js';
import { zhCNIncidents } from '../../web/i18n/zhCNIncidents.js';
import { zhCNLearning } from '../../web/i18n/zhCNLearning.js';
import { zhCNResilience } from '../../web/i18n/zhCNResilience.js';
import { zhCNSeries } from '../../web/i18n/zhCNSeries.js';
import { zhCNBurn } from '../../web/i18n/zhCNBurn.js';
import { zhCNRunbookList } from '../../web/i18n/zhCNRunbookList.js';
import { zhCNPanels } from '../../web/i18n/zhCNPanels.js';
import { zhCNTrace } from '../../web/i18n/zhCNTrace.js';

const zhCN = {
  ...zhCNCore,
  ...zhCNCost,
  ...zhCNBudget,
  ...zhCNPrices,
  ...zhCNReservations,
  ...zhCNRetries,
  ...zhCNBatch,
  ...zhCNRunbooks,
  ...zhCNStart,
  ...zhCNOverview,
  ...zhCNSlos,
  ...zhCNIncidents,
  ...zhCNLearning,
  ...zhCNResilience,
  ...zhCNSeries,
  ...zhCNBurn,
  ...zhCNRunbookList,
  ...zhCNPanels,
  ...zhCNTrace,
};
const en = {
  ...enCore,
  ...enCost,
  ...enBudget,
  ...enPrices,
  ...enReservations,
  ...enRetries,
  ...enBatch,
  ...enRunbooks,
  ...enStart,
  ...enOverview,
  ...enSlos,
  ...enIncidents,
  ...enLearning,
  ...enResilience,
  ...enSeries,
  ...enBurn,
  ...enRunbookList,
  ...enPanels,
  ...enTrace,
};
const keys = Object.keys(en) as MessageKey[];

/** Which sentences a page's own folders may use: those that App loads with it. */
const WORDS: Record<string, object[]> = {
  'parts chart': [enCore],
  // The help and the wait for the first span come late, with words of their own.
  shell: [enCore, enStart],
  overview: [enCore, enOverview, enStart],
  panels: [enCore, enRunbooks, enPanels],
  'runbook execution': [enCore, enRunbooks],
  runbookList: [enCore, enRunbooks, enRunbookList],
  learning: [enCore, enRunbooks, enLearning],
  resilience: [enCore, enResilience],
  slo: [enCore, enSlos, enBurn],
  'incident delivery': [enCore, enIncidents],
  cost: [enCore, enCost, enSeries],
  budget: [enCore, enCost, enSeries, enBudget],
  prices: [enCore, enCost, enSeries, enBudget, enPrices],
  reservations: [enCore, enCost, enSeries, enBudget, enReservations],
  retries: [enCore, enCost, enSeries, enRetries],
  batch: [enCore, enBatch],
  trace: [enCore, enTrace],
};

describe('the sentences of the page', () => {
  test('exist in both languages', () => {
    expect(Object.keys(zhCN).sort()).toEqual([...keys].sort());
  });

  test('have the same places to fill in', () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
    for (const key of keys)
      expect({ key, places: places(zhCN[key]) }).toEqual({ key, places: places(en[key]) });
  });

  test('are all used', () => {
    const root = new URL('../../web/', import.meta.url);
    const code = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('i18n'))
      .map((name) => readFileSync(new URL(name, root), 'utf8'))
      .join('\n');
    // `status.${kind}` and the like use every key that begins so.
    const families = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map(([, family = '']) => family);
    const unused = keys.filter(
      (key) => !code.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)),
    );
    expect(unused).toEqual([]);
  });

  test.each(Object.entries(WORDS))('are there when a page with %s needs them', (folders, words) => {
    const there = new Set(words.flatMap((part) => Object.keys(part)));
    const missing = folders.split(' ').flatMap((folder) => {
      const root = new URL(`../../web/${folder}/`, import.meta.url);
      return readdirSync(root).flatMap((name) => {
        const code = readFileSync(new URL(name, root), 'utf8');
        return keys
          .filter((key) => code.includes(`'${key}'`) && !there.has(key))
          .map((key) => `${folder}/${name}: ${key}`);
      });
    });
    expect(missing).toEqual([]);
  });
});
