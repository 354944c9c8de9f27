/** What each panel asks the API for, as the page does. */
import type { PanelName } from '../../domain/panels.js';
import { batchPath } from '../../web/url/viewState.js';

type Params = Readonly<Record<string, string>>;

/** The newest batch of the pipeline, where the panel names none. */
const batchOf = ({ pipeline = '', batch = '' }: Params, newest: string): string =>
  `/api${batchPath(pipeline, batch === '' ? newest : batch)}`;
const query = (path: string, params: Params): string =>
  `${path}?${new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString()}`;
const filterOf = ({ pipeline, model }: Params): string =>
  Object.entries({ pipeline, model })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${JSON.stringify(value)}`]))
    .join(',');
const part = (value = ''): string => encodeURIComponent(value);
const sloPaths = ({ slo }: Params): string[] => [
  `/api/slos/${part(slo)}`,
  `/api/slos/${part(slo)}/burn`,
];

/** @param newest batch of the pipeline. */
export const panelPaths: Readonly<
  Record<PanelName, (params: Params, newest: string) => readonly string[]>
> = {
  'batch-cost-history': ({ pipeline = '' }) => [
    query('/api/batches', { pipeline, sort: '-startedAt', limit: '8' }),
  ],
  'batch-bill-by-step': (params, newest) => [`${batchOf(params, newest)}/bill?limit=1`],
  'attempts-by-outcome': (params, newest) => [batchOf(params, newest)],
  'budget-burn': ({ budget }) => [`/api/budgets/${part(budget)}`],
  'budget-days': ({ budget }) => [`/api/budgets/${part(budget)}/history`],
  'slo-burn-rate': sloPaths,
  'slo-error-budget': sloPaths,
  'retry-waste': (params) => [
    query('/api/retries/waste', { groupBy: 'cause,model', filter: filterOf(params) }),
  ],
  'spend-over-time': (params) => [
    query('/api/costs/series', { groupBy: 'model', filter: filterOf(params) }),
  ],
  'unpriced-usage': ({ pipeline = '' }) => [query('/api/unpriced', { pipeline })],
  'alerts-now': ({ pipeline = '', name = '' }) => [query('/api/alerts', { pipeline, name })],
  occurrences: ({ pipeline = '' }) => [query('/api/occurrences', { pipeline })],
  deliveries: ({ destination = '' }) => [
    query('/api/deliveries', { destination }),
    '/api/destinations',
  ],
  heartbeats: () => ['/api/heartbeats'],
  'server-health': () => [
    query('/api/checks/disk-free-share', { expect: '>= 10 %' }),
    query('/api/checks/backup-age', { expect: '<= 26 h' }),
    query('/api/checks/store-restarts', { minutes: '60', expect: '= 0' }),
    query('/api/checks/ingest-refused-share', { minutes: '10', expect: '< 1 %' }),
  ],
};
