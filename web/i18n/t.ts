import { signal } from '@preact/signals';
import { loadCode } from '../api/loadCode.js';
import { en } from './en.js';
import type { enBatch } from './enBatch.js';
import type { enBudget } from './enBudget.js';
import type { enCost } from './enCost.js';
import type { enIncidents } from './enIncidents.js';
import type { enOverview } from './enOverview.js';
import type { enPrices } from './enPrices.js';
import type { enReservations } from './enReservations.js';
import type { enRetries } from './enRetries.js';
import type { enLearning } from './enLearning.js';
import type { enResilience } from './enResilience.js';
import type { enSeries } from './enSeries.js';
import type { enBurn } from './enBurn.js';
import type { enRunbookList } from './enRunbookList.js';
import type { enPanels } from './enPanels.js';
import type { enRunbooks } from './enRunbooks.js';
import type { enStart } from './enStart.js';
import type { enSlos } from './enSlos.js';
import type { enTrace } from './enTrace.js';

export type Locale = 'en' | 'zh-CN';

export type MessageKey =
  | keyof typeof en
  | keyof typeof enCost
  | keyof typeof enBatch
  | keyof typeof enBudget
  | keyof typeof enPrices
  | keyof typeof enReservations
  | keyof typeof enRetries
  | keyof typeof enRunbooks
  | keyof typeof enStart
  | keyof typeof enOverview
  | keyof typeof enSlos
  | keyof typeof enIncidents
  | keyof typeof enLearning
  | keyof typeof enResilience
  | keyof typeof enSeries
  | keyof typeof enBurn
  | keyof typeof enRunbookList
  | keyof typeof enPanels
  | keyof typeof enTrace;

type Messages = Partial<Record<MessageKey, string>>;

/** The language shown. Components that call `t` redraw when it changes. */
export const locale = signal<Locale>('en');

const messages = signal<Messages>(en);

/** Sentences that only some pages need; the others do not wait for them. */
const PARTS = {
  batch: {
    en: () => import('./enBatch.js').then(({ enBatch: words }) => words),
    'zh-CN': () => import('./zhCNBatch.js').then(({ zhCNBatch: words }) => words),
  },
  cost: {
    en: () =>
      Promise.all([import('./enCost.js'), import('./enSeries.js')]).then(
        ([{ enCost }, { enSeries }]) => ({ ...enCost, ...enSeries }),
      ),
    'zh-CN': () =>
      Promise.all([import('./zhCNCost.js'), import('./zhCNSeries.js')]).then(
        ([{ zhCNCost }, { zhCNSeries }]) => ({ ...zhCNCost, ...zhCNSeries }),
      ),
  },
  budget: {
    en: () => import('./enBudget.js').then(({ enBudget: words }) => words),
    'zh-CN': () => import('./zhCNBudget.js').then(({ zhCNBudget: words }) => words),
  },
  prices: {
    en: () => import('./enPrices.js').then(({ enPrices: words }) => words),
    'zh-CN': () => import('./zhCNPrices.js').then(({ zhCNPrices: words }) => words),
  },
  reservations: {
    en: () => import('./enReservations.js').then(({ enReservations: words }) => words),
    'zh-CN': () => import('./zhCNReservations.js').then(({ zhCNReservations: words }) => words),
  },
  retries: {
    en: () => import('./enRetries.js').then(({ enRetries: words }) => words),
    'zh-CN': () => import('./zhCNRetries.js').then(({ zhCNRetries: words }) => words),
  },
  runbooks: {
    en: () => import('./enRunbooks.js').then(({ enRunbooks: words }) => words),
    'zh-CN': () => import('./zhCNRunbooks.js').then(({ zhCNRunbooks: words }) => words),
  },
  start: {
    en: () => import('./enStart.js').then(({ enStart: words }) => words),
    'zh-CN': () => import('./zhCNStart.js').then(({ zhCNStart: words }) => words),
  },
  overview: {
    en: () => import('./enOverview.js').then(({ enOverview: words }) => words),
    'zh-CN': () => import('./zhCNOverview.js').then(({ zhCNOverview: words }) => words),
  },
  slos: {
    en: () =>
      Promise.all([import('./enSlos.js'), import('./enBurn.js')]).then(
        ([{ enSlos }, { enBurn }]) => ({ ...enSlos, ...enBurn }),
      ),
    'zh-CN': () =>
      Promise.all([import('./zhCNSlos.js'), import('./zhCNBurn.js')]).then(
        ([{ zhCNSlos }, { zhCNBurn }]) => ({ ...zhCNSlos, ...zhCNBurn }),
      ),
  },
  incidents: {
    en: () => import('./enIncidents.js').then(({ enIncidents: words }) => words),
    'zh-CN': () => import('./zhCNIncidents.js').then(({ zhCNIncidents: words }) => words),
  },
  learning: {
    en: () => import('./enLearning.js').then(({ enLearning: words }) => words),
    'zh-CN': () => import('./zhCNLearning.js').then(({ zhCNLearning: words }) => words),
  },
  resilience: {
    en: () => import('./enResilience.js').then(({ enResilience: words }) => words),
    'zh-CN': () => import('./zhCNResilience.js').then(({ zhCNResilience: words }) => words),
  },
  series: {
    en: () => import('./enSeries.js').then(({ enSeries: words }) => words),
    'zh-CN': () => import('./zhCNSeries.js').then(({ zhCNSeries: words }) => words),
  },
  burn: {
    en: () => import('./enBurn.js').then(({ enBurn: words }) => words),
    'zh-CN': () => import('./zhCNBurn.js').then(({ zhCNBurn: words }) => words),
  },
  runbookList: {
    en: () => import('./enRunbookList.js').then(({ enRunbookList: words }) => words),
    'zh-CN': () => import('./zhCNRunbookList.js').then(({ zhCNRunbookList: words }) => words),
  },
  panels: {
    en: () => import('./enPanels.js').then(({ enPanels: words }) => words),
    'zh-CN': () => import('./zhCNPanels.js').then(({ zhCNPanels: words }) => words),
  },
  trace: {
    en: () => import('./enTrace.js').then(({ enTrace: words }) => words),
    'zh-CN': () => import('./zhCNTrace.js').then(({ zhCNTrace: words }) => words),
  },
} satisfies Record<string, Record<Locale, () => Promise<Messages>>>;

export type WordPart = keyof typeof PARTS;

const partsShown = new Set<WordPart>();

const STORAGE_KEY = 'burnbook.locale';

/** The sentence for a key with its `{name}`s filled in. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return (messages.value[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** Switches the language; what is not in the first file loads on first use. Stays as it is when it does not come. */
export async function setLocale(next: Locale): Promise<void> {
  try {
    messages.value = await wordsOf(next);
  } catch {
    return;
  }
  locale.value = next;
  document.documentElement.lang = next;
}

/** Switches and remembers the choice in this browser. */
export async function chooseLocale(next: Locale): Promise<void> {
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Storage may be blocked: the choice then lasts as long as the page.
  }
  await setLocale(next);
}

/** Brings sentences that only some pages need. @throws what the import throws. */
export async function loadWords(...parts: readonly WordPart[]): Promise<void> {
  for (const part of parts) partsShown.add(part);
  messages.value = await wordsOf(locale.value);
}

async function wordsOf(language: Locale): Promise<Messages> {
  const words: Messages[] = await Promise.all([
    language === 'en' ? en : loadCode(() => import('./zhCN.js')).then(({ zhCN }) => zhCN),
    ...[...partsShown].map((part) => PARTS[part][language]()),
  ]);
  return Object.assign({}, ...words) as Messages;
}
