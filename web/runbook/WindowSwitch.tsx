import { t } from '../i18n/t.js';
import { windowOf } from '../panels/usePanelView.js';
import { Segments } from '../parts/Segments.js';
import { useView } from '../url/useView.js';

/** Panels as they were around the incident, or as they are; nothing to choose without an incident. */
export function WindowSwitch() {
  const view = useView();
  if (view.param('incident') === null) return null;
  return (
    <Segments
      label={t('runbook.window')}
      options={[
        { value: 'incident', label: t('runbook.window.incident') },
        { value: 'live', label: t('runbook.window.live') },
      ]}
      value={windowOf(view)}
      onChange={(window) => view.set({ window })}
    />
  );
}
