import type { Occurrence } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatRange } from '../url/range.js';
import { t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import { Status, type StatusKind } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import type { PanelParams } from './panelParams.js';
import { usePanelView } from './usePanelView.js';

const ROWS = '12';
const STATUS: Record<Occurrence['verdict'], StatusKind> = {
  on_time: 'ok',
  late: 'increasing',
  failed: 'failed',
  missing: 'critical',
  excluded: 'inactive',
  unknown: 'unknown',
  pending: 'open',
};

interface OccurrenceList {
  items: Occurrence[];
  dataUntil: string | null;
}

/** The batches that were due, the newest first, and what became of each. */
export function Occurrences({ params }: { params: PanelParams }) {
  const view = usePanelView();
  const { pipeline } = params;
  const rest = { limit: ROWS, ...(pipeline === undefined ? {} : { pipeline }) };
  const query = useApi<OccurrenceList>(
    `/api/occurrences?${formatRange(view.range)}&${new URLSearchParams(rest)}`,
    {
      path: () => {
        const { from, to } = view.interval();
        const range = { from: from.toISOString(), to: to.toISOString() };
        return `/api/occurrences?${new URLSearchParams({ ...range, ...rest })}`;
      },
    },
  );
  return (
    <Panel
      title={t('panel.occurrences')}
      query={query}
      skeletonPx={180}
      actions={query.data && <DataAge dataUntil={query.data.dataUntil} />}
    >
      {({ items }) => (
        <DataTable
          label={t('panel.occurrences')}
          columns={columns(view)}
          rows={items}
          rowKey={(row) => `${row.pipeline} ${row.nominal}`}
          empty={t('panel.noOccurrences')}
        />
      )}
    </Panel>
  );
}

function columns(view: View): Column<Occurrence>[] {
  return [
    {
      key: 'due',
      label: t('panel.due'),
      phone: 'title',
      cell: ({ pipeline, batch, nominal }) => (
        <>
          {batch === null ? (
            pipeline
          ) : (
            <a class="row-link" href={view.href(batchPath(pipeline, batch))}>
              {pipeline}
            </a>
          )}
          <small class="under">
            <Instant at={nominal} />
          </small>
        </>
      ),
    },
    {
      key: 'verdict',
      label: t('panel.verdict'),
      phone: 'main',
      cell: ({ verdict, cause, landedAt }) => (
        <>
          <Status kind={STATUS[verdict]} word={t(`panel.verdict.${verdict}`)} />
          <small class="under">{landedAt === null ? cause : <Instant at={landedAt} />}</small>
        </>
      ),
    },
  ];
}
