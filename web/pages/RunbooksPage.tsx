import type { RunbookList } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import { Segments } from '../parts/Segments.js';
import { useTitle } from '../parts/useTitle.js';
import { DecayCell } from '../runbookList/DecayCell.js';
import { useView, type View } from '../url/useView.js';

type Row = RunbookList['items'][number];

const SORTS = ['decay', 'uses'] as const;
type Sort = (typeof SORTS)[number];

/** Every runbook: those that one should trust least first, or those that are used most. */
export function RunbooksPage() {
  useTitle(t('runbooks.title'));
  const view = useView();
  const sort = SORTS.find((each) => each === view.param('sort')) ?? 'decay';
  const query = useApi<RunbookList>('/api/runbooks', { liveness: 'execution' });
  return (
    <div class="page">
      <Breadcrumb crumbs={[{ label: t('nav.overview'), href: view.href('/') }]} />
      <header class="page-head">
        <h1>{t('runbooks.title')}</h1>
        <div class="filter-bar">
          <a href={view.href('/resilience')}>{t('nav.resilience')}</a>
          <Segments
            label={t('runbooks.sort')}
            options={SORTS.map((value) => ({ value, label: t(`runbooks.by.${value}`) }))}
            value={sort}
            onChange={(next) => view.set({ sort: next === 'decay' ? null : next })}
          />
        </div>
      </header>
      <div class="panel">
        <Panel title={t('runbooks.title')} query={query} skeletonPx={240} bare>
          {({ items }) => (
            <DataTable
              label={t('runbooks.title')}
              columns={columnsFor(view)}
              rows={sorted(items, sort)}
              rowKey={(row) => row.name}
              empty={t('runbooks.none')}
            />
          )}
        </Panel>
      </div>
    </div>
  );
}

const sorted = (items: readonly Row[], sort: Sort): Row[] =>
  items.toSorted(
    (a, b) =>
      (sort === 'decay' ? b.decay.score - a.decay.score : b.uses - a.uses) ||
      a.title.localeCompare(b.title),
  );

function columnsFor(view: View): Column<Row>[] {
  return [
    {
      key: 'name',
      label: t('runbooks.name'),
      phone: 'title',
      cell: (row) => (
        <>
          <a class="row-link" href={view.href(`/runbooks/${encodeURIComponent(row.name)}`)}>
            {row.title}
          </a>
          {row.title !== row.name && <small class="under">{row.name}</small>}
        </>
      ),
    },
    {
      key: 'decay',
      label: t('runbooks.decay'),
      phone: 'main',
      cell: (row) => <DecayCell decay={row.decay} name={row.title} />,
    },
    {
      key: 'uses',
      label: t('runbooks.uses'),
      phone: 'meta',
      cell: ({ uses, lastUsedAt }) => (
        <>
          {t('runbooks.times', { n: uses })}
          {lastUsedAt !== null && (
            <>
              {' · '}
              <Instant at={lastUsedAt} />
            </>
          )}
        </>
      ),
    },
    {
      key: 'tested',
      label: t('runbooks.tested'),
      phone: 'side',
      cell: (row) => (
        <>
          <small class="phone-only">{t('runbooks.tested')} </small>
          {row.tested ?? t('runbooks.never')}
        </>
      ),
    },
    {
      key: 'findings',
      label: t('runbooks.findings'),
      numeric: true,
      cell: ({ findings }) => (findings === 0 ? '–' : findings),
    },
    {
      key: 'severity',
      label: t('runbooks.severity'),
      cell: (row) =>
        row.severity === null ? t(`runbooks.kind.${row.kind}`) : t(`severity.${row.severity}`),
    },
    { key: 'owner', label: t('runbooks.owner'), cell: (row) => row.owner },
  ];
}
