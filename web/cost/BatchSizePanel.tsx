import type { BatchSizes } from '../../server/contract.js';
import { formatCount, formatTimes } from '../format/quantity.js';
import { compareUsd, formatUsdShort, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';
import { CsvLink } from './CsvLink.js';
import { parseFilter } from './filterTerms.js';
import { costView, useRanged } from './useCosts.js';

type Point = BatchSizes['points'][number];

/** What a row costs in small batches and in big ones: whether it pays to make them bigger. */
export function BatchSizePanel({ view }: { view: View }) {
  const { filter } = costView(view);
  const pipeline = onlyPipeline(filter);
  const asked = { pipeline };
  const query = useRanged<BatchSizes>('/api/costs/batch-size', view, asked, false);
  return (
    <Panel
      title={t('sizes.title')}
      id="sizes"
      query={query}
      skeletonPx={200}
      actions={<CsvLink path="/api/costs/batch-size" view={view} asked={asked} />}
    >
      {(answer) => (
        <>
          <p class="panel-lead">
            {verdict(answer.points)}
            {filter !== '' && pipeline === null && ` ${t('sizes.all')}`}
          </p>
          {answer.points.length > 0 && <Sizes points={answer.points} view={view} />}
          <p class="panel-note">{outside(answer)}</p>
        </>
      )}
    </Panel>
  );
}

/** The pipeline that the filter narrows to; null: it says something else, which batches do not know. */
function onlyPipeline(filter: string): string | null {
  const terms = parseFilter(filter) ?? [];
  const [term] = terms;
  if (!term || terms.length > 1 || term.dimension !== 'pipeline') return null;
  return term.leavesOut || term.isPrefix ? null : term.value;
}

function verdict(points: readonly Point[]): string {
  const sorted = [...points].sort((a, b) => medianOrder(a, b));
  const [best] = sorted;
  const worst = sorted[sorted.length - 1];
  if (!best || !worst) return t('sizes.none');
  const rows = sizeText(best);
  const usd = formatUsdShort(best.usdPer1kRows.median);
  if (best === worst) return t('sizes.one', { rows, usd });
  const times = usdRatio(worst.usdPer1kRows.median, best.usdPer1kRows.median);
  return t('sizes.best', { rows, usd, times: formatTimes(times), other: sizeText(worst) });
}

const medianOrder = (a: Point, b: Point): number =>
  compareUsd(a.usdPer1kRows.median, b.usdPer1kRows.median);

/** `20 – 49`: both ends are sizes that belong to it. */
function sizeText({ rowsFrom, rowsTo }: Point): string {
  const n = (value: number) => formatCount(value, { locale: locale.value });
  return rowsTo - rowsFrom <= 1 ? n(rowsFrom) : `${n(rowsFrom)} – ${n(rowsTo - 1)}`;
}

function Sizes({ points, view }: { points: readonly Point[]; view: View }) {
  const highest = points.reduce(
    (most, { usdPer1kRows: { p90 } }) => (compareUsd(p90, most) > 0 ? p90 : most),
    '0',
  );
  return (
    <table class="after" aria-label={t('sizes.title')}>
      <thead>
        <tr>
          <th scope="col">{t('sizes.rows')}</th>
          <th scope="col" class="after-bar">
            {t('sizes.range')}
          </th>
          <th scope="col" class="numeric">
            {t('board.per1k')}
          </th>
          <th scope="col" class="numeric">
            {t('batches.title')}
          </th>
        </tr>
      </thead>
      <tbody>
        {points.map((point) => (
          <tr key={point.rowsFrom}>
            <th scope="row">{sizeText(point)}</th>
            <td class="after-bar">
              <Spread point={point} highest={highest} />
            </td>
            <td class="numeric">
              <a
                class="drill"
                href={view.href(batchPath(point.medianBatch.pipeline, point.medianBatch.batchId))}
              >
                <Money
                  usd={point.usdPer1kRows.median}
                  unpricedCalls={point.unpricedBatches}
                  compact
                />
              </a>
            </td>
            <td class="numeric">{formatCount(point.batches, { locale: locale.value })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** From the tenth to the ninetieth batch of a hundred, with a mark at the median. */
function Spread({ point, highest }: { point: Point; highest: string }) {
  const { p10, median, p90 } = point.usdPer1kRows;
  const at = (usd: string) => (usdRatio(usd, highest) ?? 0) * 99;
  return (
    <span title={`${formatUsdShort(p10)} – ${formatUsdShort(p90)}`}>
      <svg
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        width="100%"
        height="10"
        aria-hidden="true"
      >
        <rect class="bars-track" y="4" width="100" height="2" />
        <rect class="bars-fill" x={at(p10)} y="3" width={at(p90) - at(p10) + 0.5} height="4" />
        <rect class="sizes-median" x={at(median)} width="1" height="10" />
      </svg>
    </span>
  );
}

function outside({ batches, batchesWithoutRows, unfinishedBatches }: BatchSizes): string {
  return [
    t('sizes.batches', { n: batches }),
    ...(batchesWithoutRows > 0 ? [t('sizes.noRows', { n: batchesWithoutRows })] : []),
    ...(unfinishedBatches > 0 ? [t('sizes.unfinished', { n: unfinishedBatches })] : []),
  ].join(' ');
}
