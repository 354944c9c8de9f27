import { describe, expect, test } from 'vitest';
import type { VerdictFacts } from '../../server/contract.js';
import { verdictSentence } from '../../server/slo/sloVerdict.js';
import { loadWords, locale } from '../../web/i18n/t.js';
import { stakeText } from '../../web/incident/stakeText.js';
import { verdictText } from '../../web/slo/verdictText.js';

await loadWords('slos', 'incidents');

const FACTS: VerdictFacts = {
  kind: 'ok',
  problem: null,
  left: 0.29,
  coverage: null,
  isOfOccurrences: false,
  pair: null,
  burnRate: null,
  last: null,
  emptyAt: null,
  historyShare: null,
};

describe('the verdict on an SLO', () => {
  test.each<[string, Partial<VerdictFacts>]>([
    ['is idle', { kind: 'idle', left: null }],
    ['is unseen', { kind: 'unseen', left: null, historyShare: 0.5 }],
    ['is unknown', { kind: 'unknown', coverage: 0.75 }],
    ['of batches is unknown', { kind: 'unknown', coverage: 0.75, isOfOccurrences: true }],
    ['is exhausted', { kind: 'exhausted', left: -0.5 }],
    ['burns by its last batches', { kind: 'occurrences', burnRate: 2.5, last: 8 }],
    ['is frozen', { kind: 'frozen', pair: 'page 1h/5m' }],
    ['burns', { kind: 'burning', pair: 'page 1h/5m', burnRate: 14.44 }],
    ['is increasing', { kind: 'increasing' }],
    ['is recovering', { kind: 'recovering' }],
    ['is ok', { kind: 'ok', historyShare: 0.999 }],
    ['cannot be counted', { kind: 'problem', problem: 'no such column' }],
  ])('that %s reads on the page as in messages', (_name, said) => {
    expect(verdictText({ ...FACTS, ...said })).toBe(verdictSentence({ ...FACTS, ...said }));
  });

  test('is said in the language of the page, with the time when it is empty in its zone', async () => {
    locale.value = 'zh-CN';
    await loadWords('slos', 'incidents');
    const facts = { ...FACTS, kind: 'increasing' as const, emptyAt: '2026-11-27T20:55:00Z' };
    expect(verdictText(facts, 'Asia/Shanghai')).toBe(
      '坏事件正在增加；错误预算剩余 29 %；按此速度将于 11月28日 04:55 Asia/Shanghai 耗尽。',
    );
    locale.value = 'en';
    await loadWords('slos', 'incidents');
  });
});

describe('what is at stake', () => {
  test.each([
    [{ stakeUsd: '1.25', figures: {} }, ['1.25 at stake']],
    [
      { stakeUsd: '1.25', figures: { stake: 'bad attempts', stakeWindow: '1h' } },
      ['1.25 at stake (cost of the bad attempts, 1h)'],
    ],
    [
      { stakeUsd: '1.25', figures: { stake: 'batch so far', stakeUnpriced: '2' } },
      ['at least 1.25 at stake (cost of the batch so far)'],
    ],
    [
      { stakeUsd: null, figures: { stake: 'no run was seen' } },
      ['no figure at stake: no run was seen'],
    ],
    [{ stakeUsd: null, figures: {} }, []],
  ])('of %j is %j', (said, text) => {
    expect(stakeText(said).map((part) => part.replaceAll('$', ''))).toEqual(text);
  });
});
