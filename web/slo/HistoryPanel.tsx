import type { SloHistory } from '../../server/contract.js';
import { usePages } from '../api/usePages.js';
import { formatCount, formatPercent } from '../format/quantity.js';
import { locale, t, type MessageKey } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';
import { causeText, verdictWord } from './occurrenceText.js';
import { sloPath } from './sloText.js';

type Item = SloHistory['items'][number];

const ROWS = '20';
/** What the server says of a difference; another word is shown as it is. */
const CAUSES: Record<string, MessageKey> = {
  late: 'slo.cause.late',
  moved: 'slo.cause.moved',
  history: 'slo.cause.history',
  exclusion: 'slo.cause.exclusion',
  version: 'slo.cause.version',
};

/** What was shown when it was decided, beside what is known of the same time now, and why they differ. */
export function HistoryPanel({ name, view }: { name: string; view: View }) {
  const query = usePages<Item>(['slo-history', name, formatRange(view.range), view.tz], {
    path: (cursor) => {
      const { from, to } = view.interval();
      return `/api${sloPath(name)}/history?${new URLSearchParams({
        from: from.toISOString(),
        to: to.toISOString(),
        limit: ROWS,
        ...(cursor === null ? {} : { cursor }),
      })}`;
    },
  });
  return (
    <PagedPanel title={t('slo.history')} query={query} skeletonPx={280} more={t('slo.more')}>
      {(rows) => (
        <DataTable
          label={t('slo.history')}
          columns={columns()}
          rows={rows}
          rowKey={(row) => `${row.at} ${row.kind} ${row.occurrence ?? ''} ${row.knownThen.verdict}`}
          empty={t('slo.historyNone')}
        />
      )}
    </PagedPanel>
  );
}

function columns(): Column<Item>[] {
  return [
    {
      key: 'at',
      label: t('slo.historyAt'),
      phone: 'title',
      cell: ({ at, kind, version }) => (
        <>
          <Instant at={at} />{' '}
          <small>
            {t(`slo.kind.${kind}`)} · {t('slo.version', { n: version })}
          </small>
        </>
      ),
    },
    {
      key: 'then',
      label: t('slo.historyThen'),
      phone: 'meta',
      cell: ({ knownThen, occurrence }) =>
        knownThen.outcome === null ? (
          <>
            {knownThen.verdict}
            <small class="under">{countsText(knownThen)}</small>
          </>
        ) : (
          <>
            {verdictWord(knownThen.outcome)}
            {occurrence !== null && (
              <small class="under">
                {t('occurrence.nominal')} <Instant at={occurrence} />
              </small>
            )}
          </>
        ),
    },
    {
      key: 'now',
      label: t('slo.historyNow'),
      phone: 'side',
      cell: ({ knownThen, correctedNow }) =>
        textOf(knownThen) === textOf(correctedNow) ? (
          <span class="unknown">{t('slo.historySame')}</span>
        ) : (
          textOf(correctedNow)
        ),
    },
    {
      key: 'why',
      label: t('slo.historyWhy'),
      phone: 'main',
      cell: ({ causes }) =>
        causes.map((cause) => (
          <span key={cause} class="tag">
            {cause in CAUSES ? t(CAUSES[cause] ?? 'unknown') : causeText(cause)}
          </span>
        )),
    },
  ];
}

const textOf = (known: Item['knownThen']): string =>
  known.outcome === null ? countsText(known) : verdictWord(known.outcome);

function countsText({ good, total, budgetLeft }: Item['knownThen']): string {
  const zoned = { locale: locale.value };
  const events = t('slo.of', { n: formatCount(good, zoned), total: formatCount(total, zoned) });
  return budgetLeft === null
    ? events
    : `${events} · ${t('slo.left', { percent: formatPercent(budgetLeft) })}`;
}
