import { afterAll, beforeAll, expect, test } from 'vitest';
import { locale } from '../../web/i18n/t.js';
import { alertSummary, incidentTitle } from '../../web/incident/alertSummary.js';
import { loadAlertWords } from '../../web/incident/alertWords.js';

beforeAll(async () => {
  locale.value = 'zh-CN';
  await loadAlertWords();
});
afterAll(async () => {
  locale.value = 'en';
  await loadAlertWords();
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
