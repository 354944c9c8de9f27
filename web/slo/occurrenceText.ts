import type { Occurrence } from '../../server/contract.js';
import { t, type MessageKey } from '../i18n/t.js';
import type { StatusKind } from '../parts/Status.js';

type Verdict = Occurrence['verdict'];

/** What is late, failed or missing needs someone; the rest is calm or nothing. */
export const VERDICT_STATUS: Readonly<Record<Verdict, StatusKind>> = {
  on_time: 'succeeded',
  late: 'ticket',
  failed: 'failed',
  missing: 'page',
  excluded: 'inactive',
  unknown: 'unknown',
  pending: 'open',
};

export const VERDICTS = Object.keys(VERDICT_STATUS) as readonly Verdict[];

export const verdictWord = (verdict: Verdict): string => t(`verdict.${verdict}`);

/** What the server says of a verdict; another word, such as the reason of an exclusion, is shown as it is. */
const CAUSES: Readonly<Record<string, MessageKey>> = {
  landed: 'verdict.cause.landed',
  'landed after a failure': 'verdict.cause.landedAfterFailure',
  failed: 'verdict.cause.failed',
  cancelled: 'verdict.cause.cancelled',
  'no run seen': 'verdict.cause.noRun',
  'still running': 'verdict.cause.running',
  'telemetry ended': 'verdict.cause.telemetryEnded',
  'not due yet': 'verdict.cause.notDue',
  'the server was away': 'verdict.cause.away',
  holiday: 'verdict.cause.holiday',
};

export function causeText(cause: string): string {
  const key = CAUSES[cause];
  return key === undefined ? cause : t(key);
}

/** `12 %`, by the method and how many runs tell; null: it is not under way. */
export function missText(odds: Occurrence['missProbability']): string | null {
  if (odds === null) return null;
  const percent = odds.value < 0.01 ? '< 1 %' : `${Math.round(odds.value * 100)} %`;
  return t('occurrence.miss', { percent, n: odds.samples });
}
