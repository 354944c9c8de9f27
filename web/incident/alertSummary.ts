import type { AlertRow } from '../../server/contract.js';
import { formatInstant } from '../format/time.js';
import { locale, t } from '../i18n/t.js';

/** What an alert says, in the language of the page as far as its figures allow; else the server's own sentence. */
export function alertSummary({ name, subject, figures, summary }: Summed, tz: string): string {
  if (locale.value === 'en') return summary;
  const { slo, pair, pipeline, occurrence } = subject;
  const { windows, bad, total, factor, burnRateLong, due, cause } = figures;
  if (slo !== undefined && pair !== undefined && windows !== undefined) {
    return t('summary.pair', {
      slo,
      bad: bad ?? t('unknown'),
      total: total ?? t('unknown'),
      window: windows.split('/')[0] ?? windows,
      rate: burnRateLong ?? t('unknown'),
      factor: factor ?? t('unknown'),
    });
  }
  if (pipeline === undefined || occurrence === undefined || due === undefined) return summary;
  const at = (time: string): string => formatInstant(time, { locale: locale.value, tz });
  const said = { pipeline, occurrence: at(occurrence), due: at(due), cause: cause ?? '' };
  if (name === 'BatchFailed') return t('summary.failed', said);
  if (name === 'BatchLateOrMissing') return t('summary.missing', said);
  return name === 'TelemetryMissing' ? t('summary.unseen', said) : summary;
}

type Summed = Pick<AlertRow, 'name' | 'subject' | 'figures' | 'summary'>;
