import type { Occurrence } from '../../server/contract.js';
import { usePages } from '../api/usePages.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { Status } from '../parts/Status.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import { causeText, missText, VERDICT_STATUS, verdictWord } from './occurrenceText.js';

const ROWS = '20';
/** A verdict comes with time, too: nothing arrives when a batch is missing. */
const EVERY_MS = 30_000;

interface OccurrencesPanelProps {
  pipeline: string;
  view: View;
  /** Shows nothing at all where nothing is expected. */
  quiet?: boolean;
}

/** Expected batches of a pipeline: whether each landed in time, what was said of it first, and what to fear of those under way. */
export function OccurrencesPanel({ pipeline, view, quiet = false }: OccurrencesPanelProps) {
  const query = usePages<Occurrence>(['occurrences', pipeline, formatRange(view.range), view.tz], {
    everyMs: EVERY_MS,
    path: (cursor) => {
      const { from, to } = view.interval();
      return `/api/occurrences?${new URLSearchParams({
        pipeline,
        from: from.toISOString(),
        to: to.toISOString(),
        limit: ROWS,
        ...(cursor === null ? {} : { cursor }),
      })}`;
    },
  });
  if (quiet && (query.data?.pages[0]?.items.length ?? 0) === 0) return null;
  return (
    <PagedPanel title={t('occurrence.title')} query={query} skeletonPx={200} more={t('slo.more')}>
      {(rows) => (
        <DataTable
          label={t('occurrence.title')}
          columns={columns(view)}
          rows={rows}
          rowKey={({ nominal }) => nominal}
          empty={t('occurrence.none')}
        />
      )}
    </PagedPanel>
  );
}

function columns(view: View): Column<Occurrence>[] {
  return [
    {
      key: 'nominal',
      label: t('occurrence.nominal'),
      phone: 'title',
      cell: ({ pipeline, nominal, batch }) => (
        <>
          {batch === null ? (
            <Instant at={nominal} />
          ) : (
            <a class="row-link" href={view.href(batchPath(pipeline, batch))}>
              <Instant at={nominal} />
            </a>
          )}
          {batch !== null && <small class="under">{batch}</small>}
        </>
      ),
    },
    {
      key: 'verdict',
      label: t('occurrence.verdict'),
      phone: 'main',
      cell: ({ verdict, missProbability }) => {
        const miss = missText(missProbability);
        return (
          <>
            <Status kind={VERDICT_STATUS[verdict]} word={verdictWord(verdict)} strong />
            {miss !== null && (
              <small class="under" title={missProbability?.method}>
                {miss}
              </small>
            )}
          </>
        );
      },
    },
    {
      key: 'due',
      label: t('occurrence.due'),
      phone: 'meta',
      cell: ({ due }) => <Instant at={due} />,
    },
    {
      key: 'landed',
      label: t('occurrence.landed'),
      cell: ({ landedAt }) => (landedAt === null ? '–' : <Instant at={landedAt} />),
    },
    {
      key: 'then',
      label: t('slo.historyThen'),
      cell: ({ knownThen, verdict }) =>
        knownThen === null ? (
          '–'
        ) : knownThen.verdict === verdict ? (
          <span class="unknown">{t('slo.historySame')}</span>
        ) : (
          <>
            {verdictWord(knownThen.verdict)}
            <small class="under">
              <Instant at={knownThen.at} />
            </small>
          </>
        ),
    },
    {
      key: 'cause',
      label: t('occurrence.cause'),
      phone: 'side',
      cell: ({ cause }) => causeText(cause),
    },
  ];
}
