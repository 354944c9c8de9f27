import type { SloDetail } from '../../server/contract.js';
import { formatTimes } from '../format/quantity.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

type Difference = SloDetail['differs'][number];
type BadEvent = SloDetail['badEvents'][number];

/** About as many as what differs has rows. */
const SHOWN_FIRST = 8;

/** What bad events have more often than good ones, and the newest of them with the spans that prove them. */
export function FailuresPanels({ detail, view }: { detail: SloDetail; view: View }) {
  const all = view.param('open') === 'bad';
  const shown = all ? detail.badEvents : detail.badEvents.slice(0, SHOWN_FIRST);
  return (
    <div class="columns even">
      <section class="panel" aria-label={t('slo.differs')}>
        <header class="panel-head">
          <h2>{t('slo.differs')}</h2>
        </header>
        <DataTable
          label={t('slo.differs')}
          columns={differenceColumns()}
          rows={detail.differs}
          rowKey={({ attribute, value }) => `${attribute} ${value}`}
          empty={t('slo.differsNone')}
        />
      </section>
      <section class="panel" aria-label={t('slo.bad')}>
        <header class="panel-head">
          <h2>{t('slo.bad')}</h2>
        </header>
        <DataTable
          label={t('slo.bad')}
          columns={badColumns(view)}
          rows={shown}
          rowKey={(row) => `${row.at} ${row.evidence?.spanId ?? row.what}`}
          empty={t('slo.badNone')}
        />
        {shown.length < detail.badEvents.length && (
          <button type="button" class="link-button" onClick={() => view.set({ open: 'bad' })}>
            {t('needs.more', { n: detail.badEvents.length - shown.length })}
          </button>
        )}
      </section>
    </div>
  );
}

function differenceColumns(): Column<Difference>[] {
  return [
    {
      key: 'what',
      label: t('slo.differsWhat'),
      phone: 'title',
      cell: ({ attribute, value }) => (
        <>
          {attribute} <strong>{value}</strong>
        </>
      ),
    },
    {
      key: 'bad',
      label: t('slo.differsBad'),
      numeric: true,
      phone: 'meta',
      cell: ({ bad, badTotal }) => t('slo.of', { n: bad, total: badTotal }),
    },
    {
      key: 'good',
      label: t('slo.differsGood'),
      numeric: true,
      phone: 'side',
      cell: ({ good, goodTotal }) => t('slo.of', { n: good, total: goodTotal }),
    },
    {
      key: 'times',
      label: t('slo.differsTimes'),
      numeric: true,
      phone: 'main',
      cell: ({ ratio }) => (ratio === null ? t('slo.differsOnly') : formatTimes(ratio)),
    },
  ];
}

function badColumns(view: View): Column<BadEvent>[] {
  return [
    {
      key: 'at',
      label: t('slo.badAt'),
      phone: 'side',
      cell: ({ at }) => <Instant at={at} seconds />,
    },
    {
      key: 'where',
      label: t('slo.badWhere'),
      phone: 'meta',
      cell: ({ pipeline, batch, step }) => {
        const text = [pipeline, batch, step].filter((part) => part !== null).join(' · ');
        return pipeline !== null && batch !== null ? (
          <a href={view.href(batchPath(pipeline, batch))}>{text}</a>
        ) : (
          text || '–'
        );
      },
    },
    { key: 'what', label: t('slo.badWhat'), phone: 'title', cell: ({ what }) => what },
    {
      key: 'span',
      label: t('slo.badSpan'),
      phone: 'main',
      cell: ({ evidence, what }) =>
        evidence === null ? (
          <span class="unknown">{t('slo.noSpan')}</span>
        ) : (
          <a
            href={view.href(`/traces/${evidence.traceId}`, { span: evidence.spanId })}
            aria-label={`${t('slo.badSpan')}: ${what}`}
          >
            {t('bill.span')}
          </a>
        ),
    },
  ];
}
