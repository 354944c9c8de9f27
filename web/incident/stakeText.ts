import type { AlertRow } from '../../server/contract.js';
import { formatUsdShort } from '../format/usd.js';
import { t, type MessageKey } from '../i18n/t.js';

/** What the server says of the money; another word is shown as it is. */
const WORDS: Readonly<Record<string, MessageKey>> = {
  'bad attempts': 'stake.badAttempts',
  'bad operations': 'stake.badOperations',
  'bad model calls': 'stake.badCalls',
  'bad runs': 'stake.badRuns',
  'runs with bad rows': 'stake.badRows',
  'runs with failed checks': 'stake.failedChecks',
  'bad batches': 'stake.badBatches',
  'batch so far': 'stake.batch',
  'above the usual': 'stake.aboveUsual',
  'failed attempts': 'stake.failedAttempts',
  'retry waste': 'stake.retryWaste',
  overspent: 'stake.overspent',
  'left of the budget': 'stake.left',
  'no run was seen': 'stake.noRun',
  'no cost is known': 'stake.noCost',
  'events without a cost': 'stake.noEventCost',
  'not measured in time': 'stake.notMeasured',
};

/** The money that an alert is about and what it is the cost of, or why nobody knows; nothing where none was asked for. */
export function stakeText({ stakeUsd, figures }: Pick<AlertRow, 'stakeUsd' | 'figures'>): string[] {
  const { stake, stakeWindow, stakeUnpriced } = figures;
  const key = stake === undefined ? undefined : WORDS[stake];
  const what = key === undefined ? stake : t(key);
  if (stakeUsd === null) return what === undefined ? [] : [t('stake.none', { why: what })];
  const usd = formatUsdShort(stakeUsd);
  if (what === undefined) return [t('alerts.stake', { usd })];
  const of = stakeWindow === undefined ? what : `${what}, ${stakeWindow}`;
  return [t(stakeUnpriced === undefined ? 'stake.of' : 'stake.atLeast', { usd, of })];
}
