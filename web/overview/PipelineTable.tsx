import type { Pipeline } from '../../server/contract.js';
import { formatCount } from '../format/quantity.js';
import { compareUsd, formatUsdShort, usdToPixels } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Sparkline } from '../parts/Sparkline.js';
import { Status } from '../parts/Status.js';
import { useView, type View } from '../url/useView.js';
import { batchPath } from '../url/viewState.js';

const SORT_DEFAULT = '-cost';

/** Every pipeline of the range with its cost, waste and the shape of its last batches. */
export function PipelineTable({ pipelines }: { pipelines: readonly Pipeline[] }) {
  const view = useView();
  const sort = view.param('sort') ?? SORT_DEFAULT;
  return (
    <DataTable
      label={t('pipelines.title')}
      columns={columnsFor(view)}
      rows={sorted(pipelines, sort)}
      rowKey={(row) => row.pipeline}
      sort={sort}
      onSort={(next) => view.set({ sort: next === SORT_DEFAULT ? null : next })}
      empty={t('pipelines.none')}
    />
  );
}

function columnsFor(view: View): Column<Pipeline>[] {
  return [
    {
      key: 'pipeline',
      label: t('pipelines.pipeline'),
      sort: 'pipeline',
      phone: 'title',
      cell: (row) => (
        <>
          <a class="row-link" href={view.href('/batches', { pipeline: row.pipeline })}>
            {row.pipeline}
          </a>
          <small class="under wide-only">
            {[row.team, row.owner].filter(Boolean).join(' · ') || t('needs.noOwner')}
          </small>
        </>
      ),
    },
    {
      key: 'state',
      label: t('pipelines.state'),
      phone: 'meta',
      cell: (row) => (
        <>
          <Status kind={row.lastState} />
          <a class="quiet-link under" href={view.href(batchPath(row.pipeline, row.lastBatchId))}>
            <Instant at={row.lastStartedAt} />
          </a>
        </>
      ),
    },
    {
      key: 'recent',
      label: t('pipelines.recent'),
      phone: 'side',
      cell: (row) => <Recent pipeline={row} />,
    },
    {
      key: 'batches',
      label: t('pipelines.batches'),
      numeric: true,
      sort: '-batches',
      cell: (row) => formatCount(row.batches, { locale: locale.value }),
    },
    {
      key: 'waste',
      label: t('pipelines.waste'),
      numeric: true,
      sort: '-waste',
      cell: (row) => (
        <Money usd={row.cost.retryWasteUsd} unpricedCalls={row.cost.unpricedCalls} compact />
      ),
    },
    {
      key: 'per1k',
      label: t('pipelines.per1k'),
      numeric: true,
      sort: '-per1k',
      cell: (row) =>
        row.usdPer1kRows === null ? (
          '–'
        ) : (
          <Money usd={row.usdPer1kRows} unpricedCalls={row.cost.unpricedCalls} compact />
        ),
    },
    {
      key: 'cost',
      label: t('pipelines.cost'),
      numeric: true,
      sort: '-cost',
      phone: 'main',
      cell: (row) => (
        <Money usd={row.cost.totalUsd} unpricedCalls={row.cost.unpricedCalls} compact />
      ),
    },
  ];
}

function Recent({ pipeline }: { pipeline: Pipeline }) {
  const { recent } = pipeline;
  const last = recent[recent.length - 1];
  if (!last) return null;
  const highest = recent.reduce(
    (best, each) => (compareUsd(each.totalUsd, best.totalUsd) > 0 ? each : best),
    last,
  );
  return (
    <Sparkline
      values={recent.map((each) => usdToPixels(each.totalUsd))}
      flagged={new Set(recent.flatMap((each, index) => (each.state === 'failed' ? [index] : [])))}
      label={t('pipelines.recentLabel', {
        n: recent.length,
        last: formatUsdShort(last.totalUsd),
        high: formatUsdShort(highest.totalUsd),
      })}
    />
  );
}

function sorted(pipelines: readonly Pipeline[], sort: string): Pipeline[] {
  const turn = sort.startsWith('-') ? -1 : 1;
  const compare = COMPARE[sort.replace('-', '')] ?? byName;
  return [...pipelines].sort((a, b) => turn * compare(a, b) || byName(a, b));
}

const COMPARE: Record<string, (a: Pipeline, b: Pipeline) => number> = {
  pipeline: byName,
  batches: (a, b) => a.batches - b.batches,
  waste: (a, b) => compareUsd(a.cost.retryWasteUsd, b.cost.retryWasteUsd),
  // Unknown sorts below every amount; zero is an amount.
  per1k: (a, b) =>
    Number(a.usdPer1kRows !== null) - Number(b.usdPer1kRows !== null) ||
    compareUsd(a.usdPer1kRows ?? '0', b.usdPer1kRows ?? '0'),
  cost: (a, b) => compareUsd(a.cost.totalUsd, b.cost.totalUsd),
};

function byName(a: Pipeline, b: Pipeline): number {
  return a.pipeline.localeCompare(b.pipeline);
}
