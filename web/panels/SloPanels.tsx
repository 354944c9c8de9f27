import { t } from '../i18n/t.js';
import { BurnPanels } from '../slo/BurnPanels.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

/** How fast the error budget burns, with the factors at which it alerts. */
export function SloBurnRate({ params }: { params: PanelParams }) {
  return <Burn slo={params['slo']} only="rate" />;
}

/** What is left of the error budget. */
export function SloErrorBudget({ params }: { params: PanelParams }) {
  return <Burn slo={params['slo']} only="left" />;
}

function Burn({ slo, only }: { slo: string | undefined; only: 'rate' | 'left' }) {
  const view = usePanelView();
  if (slo === undefined) return <p class="none">{t('panel.needsSlo')}</p>;
  return <BurnPanels name={slo} view={view} only={only} />;
}
