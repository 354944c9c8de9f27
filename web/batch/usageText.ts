import type { UsageView } from '../../server/contract.js';
import { formatCount, formatDecimal } from '../format/quantity.js';
import type { MessageKey } from '../i18n/t.js';
import { t } from '../i18n/t.js';

const TOKENS: readonly [keyof UsageView, MessageKey][] = [
  ['inputTokens', 'usage.in'],
  ['audioInputTokens', 'usage.audio'],
  ['imageInputTokens', 'usage.image'],
  ['cacheReadTokens', 'usage.cacheRead'],
  ['cacheWriteTokens', 'usage.cacheWrite'],
  ['cacheWrite1hTokens', 'usage.cacheWrite1h'],
  ['outputTokens', 'usage.out'],
  ['reasoningTokens', 'usage.reasoning'],
  ['audioOutputTokens', 'usage.audio'],
  ['imageOutputTokens', 'usage.image'],
];
const MACHINE: readonly [keyof UsageView, MessageKey][] = [
  ['cpuS', 'usage.cpu'],
  ['memoryGbS', 'usage.memory'],
];

/** `10,000 in · 8,000 cached · 500 out`, or `1.2 CPU s · 0.4 GB·s`; what is unknown or zero is left out. */
export function usageText(usage: UsageView, locale: string): string {
  const tokens = TOKENS.flatMap(([key, message]) => {
    const value = usage[key];
    return value ? [t(message, { n: formatCount(value, { locale }) })] : [];
  });
  const machine = MACHINE.flatMap(([key, message]) => {
    const value = usage[key];
    return value === null ? [] : [t(message, { n: formatDecimal(value, locale) })];
  });
  return [...tokens, ...machine].join(' · ');
}
