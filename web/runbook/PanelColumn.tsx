import type { PanelName } from '@burnbook/domain/panels';
import { useEffect, useState } from 'preact/hooks';
import type { Runbook } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { LivePanel } from '../panels/LivePanel.js';
import { WindowSwitch } from './WindowSwitch.js';

type Slot = Runbook['panels'][number];

interface PanelColumnProps {
  slots: readonly Slot[];
  /** Id of the panel of the step that is being read. */
  active: string | null;
  /** What the runbook is about is known. */
  chosen: boolean;
}

/** Beside the text: the panel of the step that is being read, and the others at hand. */
export function PanelColumn({ slots, active, chosen }: PanelColumnProps) {
  const [picked, setPicked] = useState<string | null>(null);
  useEffect(() => setPicked(null), [active]);
  const distinct = [...new Map(slots.map((slot) => [keyOf(slot), slot])).values()];
  const wanted = slots.find(({ id }) => id === (picked ?? active)) ?? slots[0];
  // A step may show several; all of them are its evidence.
  const shown = distinct.filter(
    (slot) =>
      wanted &&
      (keyOf(slot) === keyOf(wanted) ||
        (picked === null &&
          wanted.step !== null &&
          slots.some((each) => keyOf(each) === keyOf(slot) && each.step === wanted.step))),
  );
  const others = distinct.filter((slot) => !shown.includes(slot));
  return (
    <aside class="panel-column" aria-label={t('runbook.panels')}>
      <WindowSwitch />
      {!chosen && <p class="panel-note">{t('runbook.choose')}</p>}
      {shown.map((slot) => (
        <LivePanel key={keyOf(slot)} panel={slot.panel} params={slot.params} />
      ))}
      {others.length > 0 && (
        <div class="panel-others" role="group" aria-label={t('runbook.otherPanels')}>
          {others.map((slot) => (
            <button
              type="button"
              class="button"
              key={keyOf(slot)}
              onClick={() => setPicked(slot.id)}
            >
              {t(`panel.name.${slot.panel as PanelName}`)}
            </button>
          ))}
        </div>
      )}
    </aside>
  );
}

// A runbook may show the same panel at two steps; beside the text it stands once.
const keyOf = (slot: Slot): string => JSON.stringify([slot.panel, slot.params]);
