import type { Runbook } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { LivePanel } from '../panels/LivePanel.js';

type Slot = Runbook['panels'][number];

/** The runbook's panels beside its text, the one of the step being read marked and in sight. */
export function PanelColumn({
  slots,
  active,
  chosen,
}: {
  slots: readonly Slot[];
  active: string | null;
  chosen: boolean;
}) {
  const shown = unique(slots);
  const activeSlot = slots.find((slot) => slot.id === active);
  return (
    <aside class="panel-column" aria-label={t('runbook.panels')}>
      {!chosen && <p class="panel-note">{t('runbook.choose')}</p>}
      {shown.map((slot) => (
        <div
          key={keyOf(slot)}
          class={activeSlot && keyOf(activeSlot) === keyOf(slot) ? 'beside active' : 'beside'}
        >
          <LivePanel panel={slot.panel} params={slot.params} />
        </div>
      ))}
    </aside>
  );
}

// A runbook may show the same panel at two steps; beside the text it stands once.
function unique(slots: readonly Slot[]): Slot[] {
  return [...new Map(slots.map((slot) => [keyOf(slot), slot])).values()];
}

function keyOf(slot: Slot): string {
  return JSON.stringify([slot.panel, slot.params]);
}
