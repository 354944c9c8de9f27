import {
  resilienceReasons,
  type ResilienceSaying,
} from '@burnbook/domain/runbook/resilienceReasons';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { zhCNChecklist } from '../../web/i18n/zhCNChecklist.js';
import { locale } from '../../web/i18n/t.js';
import { alertSummary, incidentTitle } from '../../web/incident/alertSummary.js';
import { loadAlertWords } from '../../web/incident/alertWords.js';
import { entryText } from '../../web/incident/entryText.js';
import { itemText, loadChecklistWords, reasonText } from '../../web/resilience/checklistText.js';

beforeAll(async () => {
  locale.value = 'zh-CN';
  await Promise.all([loadAlertWords(), loadChecklistWords()]);
});
afterAll(async () => {
  locale.value = 'en';
  await Promise.all([loadAlertWords(), loadChecklistWords()]);
});

const SUMMARY = 'The sentence of the server.';
const budget = {
  amountUsd: '100',
  spentUsd: '80',
  forecastUsd: '140',
  windowUsd: '20',
  windowHours: '6',
  windowBurn: '5.0',
  atLeast: 'no',
};
const occurrence = { pipeline: 'nightly', occurrence: '2026-11-27T02:00:00Z' };
const due = '2026-11-27T04:00:00Z';

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  [
    'FreshnessBreach',
    { slo: 'fresh', pair: 'page 1h/5m' },
    { windows: '1h/5m', bad: '3', total: '10', burnRateLong: '30', factor: '14.4' },
    'fresh：1h 内 10 个事件中有 3 个坏事件，燃烧率 30（上限 14.4）。',
  ],
  [
    'ErrorBudgetBurn',
    { slo: 'nightly', pipeline: 'nightly' },
    { burnRate: '2.5', occurrences: '8' },
    'nightly：最近 8 次的燃烧速度是目标所允许的 2.5 倍。',
  ],
  ['ErrorBudgetExhausted', { slo: 'mail' }, { over: '4' }, 'mail：错误预算已超支 4 个事件。'],
  ['ErrorBudgetExhausted', { slo: 'mail' }, {}, 'mail：错误预算已超支。'],
  [
    'BatchFailed',
    { ...occurrence, batch: '2026-11-27' },
    { due, cause: 'failed' },
    'nightly：11月27日 10:00 的运行失败；数据应于 11月27日 12:00 落地。',
  ],
  [
    'BatchFailed',
    { ...occurrence, batch: '2026-11-27' },
    { due, cause: 'still running', verdict: 'failed' },
    'nightly：11月27日 10:00 的运行失败；正在重试。',
  ],
  [
    'RetryStorm',
    { slo: 'mail', pair: 'page 1h/5m' },
    { windows: '1h/5m', bad: '3', total: '10', burnRateLong: '30', factor: '14.4', now: 'unseen' },
    'mail：曾告警，没有数据表明是否已经结束；1h 内 10 个事件中有 3 个坏事件，燃烧率 30（上限 14.4）。',
  ],
  [
    'BatchLateOrMissing',
    occurrence,
    { due, cause: 'no run seen' },
    'nightly：11月27日 10:00 的数据应于 11月27日 12:00 落地，至今未落地：没有看到运行。',
  ],
  [
    'TelemetryMissing',
    occurrence,
    { due, cause: 'telemetry ended' },
    'nightly：看到了 11月27日 10:00 的运行，但没有看到它结束：无法判断是否在 11月27日 12:00 前落地。',
  ],
  [
    'TelemetryMissing',
    {},
    { coverage: '71.0 %' },
    '本服务器 应运行的时段只有 71.0 % 有遥测：无法判断是否正常。',
  ],
  [
    'CostBudgetExhausted',
    { budget: 'search', budgetKind: 'threshold 80', period: due },
    { ...budget, atLeast: 'yes' },
    'search 已花费至少 $80（预算 $100）：达到 80 %。',
  ],
  [
    'CostBudgetExhausted',
    { budget: 'search', budgetKind: 'refusal' },
    budget,
    'search 拒绝预留：预算 $100 已花费 $80，其余已被占用或不足。',
  ],
  [
    'CostBudgetBurningFast',
    { budget: 'search', budgetKind: 'forecast' },
    budget,
    'search 预计到期末将花费 $140（预算 $100）。',
  ],
  [
    'CostBudgetBurningFast',
    { budget: 'search', budgetKind: 'burn' },
    budget,
    'search 在 6 小时内花费 $20：是预算 $100 匀速的 5.0 倍，且多于前几周的同一时段。',
  ],
  ['BackupFailed', {}, { lastGood: 'never' }, '备份已逾期；上次成功：从未。'],
  [
    'BackupFailed',
    {},
    { lastGood: due, failedAt: due, fault: 'no {room} left' },
    '11月27日 12:00 的备份失败：no {room} left；上次成功：11月27日 12:00。',
  ],
])('%s is said in Chinese, with its figures and times', (name, subject, figures, said) => {
  expect(alertSummary({ name, subject, figures, summary: SUMMARY }, 'Asia/Shanghai')).toBe(said);
});

test.each([
  ['of another version of the server', { name: 'Unheard', subject: {}, figures: {} }],
  ['that has not all its figures', { name: 'RetryStorm', subject: {}, figures: { attempts: '3' } }],
  ['of a budget of another kind', { name: 'x', subject: { budgetKind: 'toString' }, figures: {} }],
])('an alert %s keeps the sentence of the server', (_what, alert) => {
  expect(alertSummary({ ...alert, summary: SUMMARY }, 'UTC')).toBe(SUMMARY);
});

test('an incident is called what its alert is called, with the name that the runbook has', () => {
  const title = (about: { name: string; subject: Record<string, string> } | null) =>
    incidentTitle({ title: 'as the server says it', about }, 'Asia/Shanghai');
  expect(title({ name: 'RetryStorm', subject: { pipeline: 'mail' } })).toBe(
    '重试风暴（RetryStorm）：mail',
  );
  expect(title({ name: 'BatchLateOrMissing', subject: occurrence })).toBe(
    '批次迟到或缺失（BatchLateOrMissing）：nightly，11月27日 10:00',
  );
  expect(title({ name: 'StoreRestarted', subject: {} })).toBe('存储重启（StoreRestarted）');
  expect(title({ name: 'Unheard', subject: {} })).toBe('as the server says it');
  expect(title(null)).toBe('as the server says it');
});

type Entry = Parameters<typeof entryText>[0];
const line = (facts: Entry['facts']): string => entryText({ text: SUMMARY, facts }, 'UTC');
const run = { name: 'RetryStorm', spoken: 'Retry storm', step: '3', what: 'Ask who.', text: '' };

test.each<[Entry['facts'], string]>([
  [
    {
      says: 'fires',
      values: { name: 'ErrorBudgetExhausted', severity: 'ticket' },
      alert: { name: 'ErrorBudgetExhausted', subject: { slo: 'mail' }, figures: {}, summary: 'x' },
    },
    '错误预算耗尽触发（工单）：mail：错误预算已超支。',
  ],
  [
    { says: 'resolved', values: { name: 'RetryStorm', reason: 'cleared' }, alert: null },
    '重试风暴结束：已消除',
  ],
  [
    { says: 'resolved', values: { name: 'RetryStorm', reason: 'Ada gave up' }, alert: null },
    '重试风暴结束：Ada gave up',
  ],
  [
    { says: 'told', values: { n: '3', destination: 'slack', state: 'dead' }, alert: null },
    '发往 slack 的消息 3 条：从未送达',
  ],
  [{ says: 'runTick', values: run, alert: null }, '“重试风暴”第 3 步完成：Ask who.'],
  [
    { says: 'runStarted', values: { ...run, name: 'restore', spoken: 'Restore' }, alert: null },
    '开始执行“Restore”',
  ],
  [
    { says: 'runFinished', values: { ...run, outcome: 'mitigated' }, alert: null },
    '“重试风暴”执行结束，已缓解。',
  ],
  [null, SUMMARY],
])('a line of a timeline, %o, is said in Chinese', (facts, said) => {
  expect(line(facts)).toBe(said);
});

const placesOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)/g)].map(([, name = '']) => name);

test('what an item of the checklist stands on is said in Chinese by the same values', () => {
  for (const [says, sentence] of Object.entries(zhCNChecklist.reasons)) {
    const there = placesOf(resilienceReasons[says as ResilienceSaying]);
    expect([says, placesOf(sentence).filter((name) => !there.includes(name))]).toEqual([says, []]);
  }
  const values = { twice: '2', days: '7' };
  expect(reasonText({ because: 'x', reason: { says: 'paidTwice', values } })).toBe(
    '7 天内有 2 个操作成功两次并都付了费',
  );
  expect(reasonText({ because: 'as the server says it', reason: { says: 'new', values } })).toBe(
    'as the server says it',
  );
  expect(itemText({ id: 'owner', text: 'It has an owner' })).toBe('有负责人');
});
