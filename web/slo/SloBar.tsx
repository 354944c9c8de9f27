import type { SloView } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { locale } from '../i18n/t.js';
import { BurnBar } from '../parts/BurnBar.js';
import { useView } from '../url/useView.js';
import { elapsedOf, sloBurnText, usedOf } from './sloText.js';

/** The burn bar of an error budget: the same as of a budget of dollars. */
export function SloBar({ slo }: { slo: SloView }) {
  const { tz } = useView();
  return (
    <BurnBar
      used={usedOf(slo)}
      elapsed={elapsedOf(slo)}
      // The server's state decides the colour: one judgement for bar, word and alert.
      {...TONES[slo.state]}
      label={slo.displayName}
      text={sloBurnText(slo, { locale: locale.value, tz, nowMs: nowMs.value })}
    />
  );
}

const CALM = { warnAt: Infinity, critAt: Infinity };
const WARN = { warnAt: 0, critAt: Infinity };
const CRIT = { warnAt: 0, critAt: 0 };
const TONES: Record<SloView['state'], { warnAt: number; critAt: number }> = {
  ok: CALM,
  unknown: CALM,
  idle: CALM,
  increasing: WARN,
  recovering: WARN,
  critical: CRIT,
  exhausted: CRIT,
};
