import type { Exclusion, Exclusions } from '../../server/contract.js';
import { formatCount } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import { CsvLink } from './CsvLink.js';
import { costView, useRanged } from './useCosts.js';

const ROWS = 20;

/** What was received and is not counted, why, and what counts in its place: counted and excluded add up to received. */
export function ExclusionsPanel({ view }: { view: View }) {
  const { filter, ...state } = costView(view);
  const open = state.open === 'exclusions';
  const query = useRanged<Exclusions>(
    '/api/costs/exclusions',
    view,
    { filter, limit: ROWS },
    false,
  );
  return (
    <Panel
      title={t('exclusions.title')}
      id="exclusions"
      query={query}
      skeletonPx={96}
      actions={<CsvLink path="/api/costs/exclusions" view={view} asked={{ filter }} />}
    >
      {(answer) => (
        <>
          <p class="panel-lead">
            {answer.itemsTotal === 0 ? t('exclusions.none') : t('exclusions.lead')}
          </p>
          <Balance answer={answer} />
          {answer.itemsTotal > 0 && (
            <button
              type="button"
              class="link-button"
              aria-expanded={open}
              onClick={() => view.set({ open: open ? null : 'exclusions' })}
            >
              {open ? t('exclusions.hide') : t('exclusions.show', { n: answer.itemsTotal })}
            </button>
          )}
          {open && (
            <DataTable
              label={t('exclusions.title')}
              columns={columnsFor(view)}
              rows={answer.items}
              rowKey={(row) => `${row.evidence.traceId} ${row.evidence.spanId}`}
              empty={t('exclusions.none')}
            />
          )}
          {open && answer.itemsTotal > answer.items.length && (
            <p class="panel-note">
              {t('exclusions.shown', { n: answer.items.length, total: answer.itemsTotal })}
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

function Balance({ answer }: { answer: Exclusions }) {
  const tokens = (of: { inputTokens: number; outputTokens: number }) =>
    formatCount(of.inputTokens + of.outputTokens, { locale: locale.value });
  return (
    <dl class="facts">
      <div>
        <dt>{t('exclusions.received')}</dt>
        <dd>{t('exclusions.tokens', { n: tokens(answer.received) })}</dd>
      </div>
      <div>
        <dt>{t('exclusions.counted')}</dt>
        <dd>{t('exclusions.tokens', { n: tokens(answer.counted) })}</dd>
      </div>
      <div>
        <dt>{t('exclusions.excluded')}</dt>
        <dd>{t('exclusions.tokens', { n: tokens(answer.excluded) })}</dd>
      </div>
      {answer.byReason.map((each) => (
        <div key={each.reason}>
          <dt>{t(`exclusion.${each.reason}`)}</dt>
          <dd>
            {t('exclusions.lines', {
              n: each.lines,
              usd: `${each.unpriced > 0 ? '≥ ' : ''}${formatUsdShort(each.wouldBeUsd)}`,
            })}
          </dd>
        </div>
      ))}
      {answer.resentSpans > 0 && (
        <div>
          <dt>{t('exclusions.resent')}</dt>
          <dd>{formatCount(answer.resentSpans, { locale: locale.value })}</dd>
        </div>
      )}
    </dl>
  );
}

function columnsFor(view: View): Column<Exclusion>[] {
  const spanHref = ({ traceId, spanId }: Exclusion['evidence']) =>
    view.href(`/traces/${traceId}`, { span: spanId });
  return [
    {
      key: 'what',
      label: t('exclusions.what'),
      phone: 'title',
      cell: (row) => (
        <>
          <a class="row-link tall-link" href={spanHref(row.evidence)}>
            {row.model ?? row.name}
          </a>
          <a class="quiet-link tall-link" href={view.href(batchPath(row.pipeline, row.batchId))}>
            {row.pipeline} · {row.batchId}
          </a>
        </>
      ),
    },
    {
      key: 'when',
      label: t('exclusions.when'),
      phone: 'side',
      cell: (row) => <Instant at={row.startedAt} />,
    },
    {
      key: 'why',
      label: t('exclusions.why'),
      phone: 'meta',
      cell: (row) => t(`exclusion.${row.reason}`),
    },
    {
      key: 'instead',
      label: t('exclusions.instead'),
      cell: (row) => <Instead row={row} spanHref={spanHref} />,
    },
    {
      key: 'usd',
      label: t('exclusions.wouldBe'),
      numeric: true,
      phone: 'main',
      cell: (row) => <Money usd={row.wouldBeUsd} unknown="unpriced" />,
    },
  ];
}

function Instead({
  row,
  spanHref,
}: {
  row: Exclusion;
  spanHref: (evidence: Exclusion['evidence']) => string;
}) {
  const { countedInstead } = row;
  if (countedInstead === null) return <span class="unknown">{t('exclusions.gone')}</span>;
  const more = countedInstead.linesTotal - countedInstead.lines.length;
  return (
    <span class="instead">
      {countedInstead.lines.map((line) => (
        <a key={line.evidence.spanId} class="quiet-link tall-link" href={spanHref(line.evidence)}>
          {t('bill.span')} {line.evidence.spanId.slice(0, 6)}
        </a>
      ))}
      {more > 0 && <small>{t('needs.more', { n: more })}</small>}
    </span>
  );
}
