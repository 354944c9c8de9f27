import { useEffect } from 'preact/hooks';
import type { Bill } from '../../server/contract.js';
import { formatUsdDifference, formatUsdShort, isZeroUsd } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { DataAge } from '../parts/DataAge.js';
import { Icon } from '../parts/Icon.js';
import { Money } from '../parts/Money.js';
import { PanelError } from '../parts/Panel.js';
import { useView } from '../url/useView.js';
import { billGroups, openSteps, toggleStep, type BillGroup } from './billModel.js';
import { BillLineRow } from './BillLineRow.js';
import type { LoadedBill } from './useBill.js';

/** So many lines of a step at once; a step of thousands would bury the next. */
const LINES_SHOWN = 12;

/** The bill: steps, their lines, and behind each line the span that proves it. */
export function BillPanel({ loaded }: { loaded: LoadedBill }) {
  const view = useView();
  const { query, bill, lines } = loaded;
  const groups = bill ? billGroups(bill, lines) : [];
  const open = openSteps(view.param('open'), groups);
  const missing = groups.some(
    (group) => open.has(group.step) && group.lines.length === 0 && group.linesTotal > 0,
  );

  // Lines come in the server's order; an opened step may stand on a later page.
  useEffect(() => {
    if (missing && query.hasNextPage && !query.isFetchingNextPage && !query.isError)
      void query.fetchNextPage();
  }, [missing, query.hasNextPage, query.isFetchingNextPage, query.isError]);

  return (
    <section class="panel" id="bill" aria-label={t('bill.title')}>
      <header class="panel-head">
        <h2>{t('bill.title')}</h2>
        {bill && (
          <div class="panel-actions">
            <DataAge dataUntil={bill.freshness.dataUntil} />
          </div>
        )}
      </header>
      {query.isError && <PanelError query={query} />}
      {bill && groups.length === 0 && <p class="none">{t('bill.none')}</p>}
      {bill && groups.length > 0 && (
        <>
          <BillNotes bill={bill} />
          <table class="bill" role="table" aria-label={t('bill.title')}>
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  {t('bill.item')}
                </th>
                <th role="columnheader" scope="col">
                  {t('bill.usage')}
                </th>
                <th role="columnheader" scope="col">
                  {t('bill.price')}
                </th>
                <th role="columnheader" scope="col" class="numeric">
                  {t('bill.cost')}
                </th>
                <th role="columnheader" scope="col">
                  {t('bill.evidence')}
                </th>
              </tr>
            </thead>
            {groups.map((group) => (
              <BillGroupRows
                key={group.step}
                group={group}
                open={open.has(group.step)}
                onToggle={() => view.set({ open: toggleStep(open, group.step) })}
                loading={query.isFetchingNextPage}
                showAll={view.param('lines') === 'all'}
                onMore={() => {
                  view.set({ lines: 'all' });
                  if (query.hasNextPage) void query.fetchNextPage();
                }}
              />
            ))}
            <tfoot role="rowgroup">
              <tr role="row">
                <th role="rowheader" scope="row" colSpan={3}>
                  {t('bill.total')}{' '}
                  <small>{bill.final ? t('batch.final') : t('batch.notFinal')}</small>
                </th>
                <td role="cell" class="numeric">
                  <Money usd={bill.totalUsd} unpricedCalls={bill.cost.unpricedCalls} />
                </td>
                <td role="cell" />
              </tr>
            </tfoot>
          </table>
        </>
      )}
    </section>
  );
}

function BillNotes({ bill }: { bill: Bill }) {
  const notes = [
    ...(bill.unpriced.calls > 0
      ? [t('bill.unpricedCalls', { n: bill.unpriced.calls, models: unpricedModels(bill) })]
      : []),
    ...(bill.unpriced.computeLines > 0
      ? [t('bill.unpricedCompute', { n: bill.unpriced.computeLines })]
      : []),
    ...(bill.reported === null || isZeroUsd(bill.reported.differenceUsd)
      ? []
      : [
          t('bill.reportedSum', {
            n: bill.reported.calls,
            usd: formatUsdShort(bill.reported.reportedCostUsd),
            difference: formatUsdDifference(bill.reported.differenceUsd),
          }),
        ]),
    ...(bill.sampled ? [t('batch.sampled')] : []),
    ...(isZeroUsd(bill.sharedUsd)
      ? []
      : [t('batch.sharedCost', { usd: formatUsdShort(bill.sharedUsd) })]),
  ];
  if (notes.length === 0) return null;
  return (
    <ul class="notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

function unpricedModels(bill: Bill): string {
  return bill.unpriced.models
    .map(({ provider, model }) => [provider, model].filter(Boolean).join('/') || t('unknown'))
    .join(', ');
}

interface BillGroupProps {
  group: BillGroup;
  open: boolean;
  onToggle: () => void;
  loading: boolean;
  showAll: boolean;
  onMore: () => void;
}

function BillGroupRows({ group, open, onToggle, loading, showAll, onMore }: BillGroupProps) {
  const name = group.step === '' ? t('bill.outside') : group.step;
  const shown = showAll ? group.lines : group.lines.slice(0, LINES_SHOWN);
  return (
    <tbody role="rowgroup">
      <tr role="row" class="bill-step">
        <th role="rowheader" scope="row" class="on-phone-title">
          <button
            type="button"
            class="expand"
            aria-expanded={open}
            onClick={onToggle}
            title={t('bill.expand', { step: name })}
          >
            <Icon name={open ? 'down' : 'right'} size={12} />
            {name}
          </button>
        </th>
        <td role="cell" class="on-phone-meta" colSpan={2}>
          <span class="split">
            {!isZeroUsd(group.computeUsd) && (
              <span>
                {t('bill.compute')} <Money usd={group.computeUsd} />
              </span>
            )}
            {!isZeroUsd(group.modelUsd) && (
              <span>
                {t('bill.model')} <Money usd={group.modelUsd} />
              </span>
            )}
            {!isZeroUsd(group.wasteUsd) && (
              <span class="tag warn">
                {t('bill.waste')} <Money usd={group.wasteUsd} />
              </span>
            )}
          </span>
        </td>
        <td role="cell" class="numeric on-phone-main">
          <Money usd={group.totalUsd} unpricedCalls={group.unpricedCalls} compact />
        </td>
        <td role="cell" class="on-phone-side count">
          {group.linesTotal === 1 ? t('bill.line') : t('bill.lines', { n: group.linesTotal })}
        </td>
      </tr>
      {open &&
        shown.map((line, index) => (
          <BillLineRow key={`${line.evidence.spanId} ${line.kind} ${index}`} line={line} />
        ))}
      {open && shown.length < group.linesTotal && (
        <tr role="row" class="bill-more">
          <td role="cell" colSpan={5}>
            {loading
              ? t('bill.loading')
              : t('bill.shown', { n: shown.length, total: group.linesTotal })}{' '}
            <button type="button" class="link-button" onClick={onMore} disabled={loading}>
              {t('bill.more')}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}
