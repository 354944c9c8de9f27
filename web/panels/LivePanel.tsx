import type { PanelName } from '@burnbook/domain/panels';
import type { ComponentType } from 'preact';
import { loadWords, t, type WordPart } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useView } from '../url/useView.js';
import type { PanelParams } from './panelParams.js';

interface LivePanelProps {
  /** The name in the runbook's `panel` fence. */
  panel: string;
  params: PanelParams;
}

interface PanelPart {
  load: () => Promise<ComponentType<{ params: PanelParams }>>;
  words?: readonly WordPart[];
  /** While it loads. */
  heightPx: number;
}

/** What the page's URL may say of a panel. */
const PLACES = ['pipeline', 'batch', 'budget', 'slo', 'model', 'destination', 'heartbeat'];

/** Each loads when it is drawn: a runbook at night waits for none of them. */
const PARTS: Readonly<Record<PanelName, PanelPart>> = {
  'batch-cost-history': {
    load: () => import('./BatchCostHistory.js').then((part) => part.BatchCostHistory),
    words: ['panels'],
    heightPx: 300,
  },
  'batch-bill-by-step': {
    load: () => import('./BatchBillByStep.js').then((part) => part.BatchBillByStep),
    words: ['panels'],
    heightPx: 200,
  },
  'attempts-by-outcome': {
    load: () => import('./AttemptsByOutcome.js').then((part) => part.AttemptsByOutcome),
    words: ['panels'],
    heightPx: 160,
  },
  'budget-burn': {
    load: () => import('./BudgetBurn.js').then((part) => part.BudgetBurn),
    words: ['panels'],
    heightPx: 130,
  },
  'budget-days': {
    load: () => import('./BudgetDays.js').then((part) => part.BudgetDays),
    words: ['panels'],
    heightPx: 200,
  },
  'slo-burn-rate': {
    load: () => import('./SloPanels.js').then((part) => part.SloBurnRate),
    words: ['burn'],
    heightPx: 320,
  },
  'slo-error-budget': {
    load: () => import('./SloPanels.js').then((part) => part.SloErrorBudget),
    words: ['burn'],
    heightPx: 300,
  },
  'retry-waste': {
    load: () => import('./RetryWaste.js').then((part) => part.RetryWaste),
    words: ['panels', 'cost', 'retries'],
    heightPx: 260,
  },
  'spend-over-time': {
    load: () => import('./SpendByModel.js').then((part) => part.SpendByModel),
    words: ['series'],
    heightPx: 380,
  },
  'unpriced-usage': {
    load: () => import('./UnpricedUsage.js').then((part) => part.UnpricedUsage),
    words: ['panels', 'cost'],
    heightPx: 160,
  },
  'alerts-now': {
    load: () => import('./AlertsNow.js').then((part) => part.AlertsNow),
    words: ['panels', 'incidents'],
    heightPx: 200,
  },
  occurrences: {
    load: () => import('./Occurrences.js').then((part) => part.Occurrences),
    words: ['panels'],
    heightPx: 220,
  },
  deliveries: {
    load: () => import('./Deliveries.js').then((part) => part.Deliveries),
    words: ['budget', 'incidents'],
    heightPx: 260,
  },
  heartbeats: {
    load: () => import('./Heartbeats.js').then((part) => part.Heartbeats),
    words: ['incidents'],
    heightPx: 140,
  },
  'server-health': {
    load: () => import('./ServerHealth.js').then((part) => part.ServerHealth),
    words: ['panels'],
    heightPx: 220,
  },
};

/** A panel of a runbook. What its parameters leave open the page's URL says. */
export function LivePanel({ panel, params }: LivePanelProps) {
  const view = useView();
  if (!isPanelName(panel)) return <p class="none">{t('panel.unknown', { name: panel })}</p>;
  const { load, words = [], heightPx } = PARTS[panel];
  const said: PanelParams = Object.fromEntries(
    PLACES.flatMap((name) => {
      const value = view.param(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
  return (
    <Late
      key={panel}
      load={async () => (await Promise.all([load(), loadWords(...words)]))[0]}
      props={{ params: { ...said, ...params } }}
      waiting={<Skeleton heightPx={heightPx} />}
      whenNear
    />
  );
}

function isPanelName(name: string): name is PanelName {
  return Object.hasOwn(PARTS, name);
}
