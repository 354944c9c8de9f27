import { liveState, nowMs } from '../api/live.js';
import { t } from '../i18n/t.js';

interface DataAgeProps {
  /** When the newest telemetry behind the numbers was committed; null when there is none. */
  dataUntil: string | null;
}

/** "updated 12 s ago · live": how old the numbers beside it are. */
export function DataAge({ dataUntil }: DataAgeProps) {
  return (
    <span class="age" title={dataUntil ?? undefined}>
      {ageText(dataUntil, nowMs.value)}
      {' · '}
      <span class={`live-word ${liveState.value}`}>{t(`live.${liveState.value}`)}</span>
    </span>
  );
}

function ageText(dataUntil: string | null, now: number): string {
  if (dataUntil === null) return t('age.none');
  const seconds = Math.max(0, Math.round((now - Date.parse(dataUntil)) / 1_000));
  if (seconds < 3) return t('age.now');
  if (seconds < 60) return t('age.seconds', { n: seconds });
  if (seconds < 3_600) return t('age.minutes', { n: Math.floor(seconds / 60) });
  if (seconds < 172_800) return t('age.hours', { n: Math.floor(seconds / 3_600) });
  return t('age.days', { n: Math.floor(seconds / 86_400) });
}
