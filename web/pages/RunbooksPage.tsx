import type { RunbookHead } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { Breadcrumb } from '../parts/Breadcrumb.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Panel } from '../parts/Panel.js';
import { useTitle } from '../parts/useTitle.js';
import { useView, type View } from '../url/useView.js';

/** Every runbook, by name. */
export function RunbooksPage() {
  useTitle(t('runbooks.title'));
  const view = useView();
  const query = useApi<{ items: RunbookHead[] }>('/api/runbooks', { liveness: 'fixed' });
  return (
    <div class="page">
      <Breadcrumb crumbs={[{ label: t('nav.overview'), href: view.href('/') }]} />
      <header class="page-head">
        <h1>{t('runbooks.title')}</h1>
      </header>
      <div class="panel">
        <Panel title={t('runbooks.title')} query={query} skeletonPx={240} bare>
          {({ items }) => (
            <DataTable
              label={t('runbooks.title')}
              columns={columnsFor(view)}
              rows={[...items].sort((a, b) => a.name.localeCompare(b.name))}
              rowKey={(row) => row.name}
              empty={t('runbooks.none')}
            />
          )}
        </Panel>
      </div>
    </div>
  );
}

function columnsFor(view: View): Column<RunbookHead>[] {
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
      key: 'severity',
      label: t('runbooks.severity'),
      phone: 'meta',
      cell: (row) => (row.severity === null ? '' : t(`severity.${row.severity}`)),
    },
    { key: 'owner', label: t('runbooks.owner'), phone: 'side', cell: (row) => row.owner },
    {
      key: 'reviewed',
      label: t('runbooks.reviewed'),
      cell: (row) => row.reviewed ?? t('runbooks.never'),
    },
    {
      key: 'tested',
      label: t('runbooks.tested'),
      cell: (row) => row.tested ?? t('runbooks.never'),
    },
  ];
}
