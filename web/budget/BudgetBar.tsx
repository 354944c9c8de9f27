import type { Budget } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { usdRatio } from '../format/usd.js';
import { locale } from '../i18n/t.js';
import { BurnBar } from '../parts/BurnBar.js';
import { useView } from '../url/useView.js';
import { burnText } from './burnText.js';

/** The burn bar of a budget with its sentence and, where it is known, where the period will end. */
export function BudgetBar({ budget }: { budget: Budget }) {
  const { tz } = useView();
  const { forecast } = budget;
  const band =
    forecast?.lowUsd != null && forecast.highUsd !== null
      ? {
          low: usdRatio(forecast.lowUsd, budget.amountUsd) ?? 0,
          high: usdRatio(forecast.highUsd, budget.amountUsd) ?? 0,
        }
      : null;
  return (
    <BurnBar
      used={budget.share}
      elapsed={budget.elapsed}
      projected={forecast?.share ?? null}
      band={band}
      // The server's state decides the colour: one judgement for bar, word and alert.
      {...TONES[budget.state]}
      label={budget.id}
      text={burnText(budget, { locale: locale.value, tz, nowMs: nowMs.value })}
    />
  );
}

const CALM = { warnAt: Infinity, critAt: Infinity };
const TONES: Record<Budget['state'], { warnAt: number; critAt: number }> = {
  ok: CALM,
  unknown: CALM,
  noData: CALM,
  inactive: CALM,
  increasing: { warnAt: 0, critAt: Infinity },
  critical: { warnAt: 0, critAt: 0 },
};
