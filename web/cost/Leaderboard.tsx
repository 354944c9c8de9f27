import type { CostGroup, Costs } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import { formatCount } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Icon } from '../parts/Icon.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { UnitCost } from './CostTiles.js';
import { CsvLink } from './CsvLink.js';
import { DeltaPercent, DeltaUsd } from './Delta.js';
import { DimensionSelect } from './DimensionSelect.js';
import {
  formatDimension,
  isSame,
  narrowed,
  parseFilter,
  toggleTerm,
  type FilterTerm,
} from './filterTerms.js';
import { dimensionText, dimensionWord, keyText } from './keyText.js';
import { BOARD_ROWS, BOARD_ROWS_ALL, costView } from './useCosts.js';

interface LeaderboardProps {
  query: ApiResult<Costs>;
  view: View;
  /** The URL's parameter that holds the dimension. */
  param: 'groupBy' | 'besides';
  dimension: string;
  /** Colours of the chart above, by name, where it shows the same groups. */
  colors?: ReadonlyMap<string | null, string>;
}

/** The API's sort and the column that shows it. */
const SORT_MARKS: Record<string, string> = { total: '-total', delta: '-delta', key: 'key' };

/** Who costs what, and what changed: a click on a name narrows the page to it, Alt-click leaves it out. */
export function Leaderboard({ query, view, param, dimension, colors }: LeaderboardProps) {
  const { sort, open } = costView(view);
  const unfolded = open === `all-${param}`;
  const title = t('board.title', { dimension: dimensionWord(dimension) });
  return (
    <Panel
      title={title}
      id={`by-${param}`}
      query={query}
      skeletonPx={360}
      actions={
        <>
          <DimensionSelect
            label={t('board.dimension')}
            value={dimension}
            onChange={(next) => view.set({ [param]: next })}
          />
          <CsvLink
            path="/api/costs"
            view={view}
            asked={{
              groupBy: formatDimension(dimension),
              filter: costView(view).filter,
              compare: costView(view).compare,
              tz: view.tz,
            }}
          />
        </>
      }
    >
      {(costs) => (
        <>
          <DataTable
            label={title}
            columns={columnsFor({ view, dimension, colors })}
            rows={costs.items.slice(0, unfolded ? BOARD_ROWS_ALL : BOARD_ROWS)}
            rowKey={(row) => JSON.stringify(row.key)}
            sort={SORT_MARKS[sort] ?? '-total'}
            onSort={(next) => {
              const key = next.replace('-', '');
              view.set({ sort: key === 'total' ? null : key });
            }}
            empty={t('board.empty')}
          />
          {costs.itemsTotal > BOARD_ROWS && (
            <button
              type="button"
              class="link-button"
              onClick={() => view.set({ open: unfolded ? null : `all-${param}` })}
            >
              {unfolded ? t('board.fewer') : t('board.more', { n: costs.itemsTotal - BOARD_ROWS })}
            </button>
          )}
        </>
      )}
    </Panel>
  );
}

function columnsFor({
  view,
  dimension,
  colors,
}: {
  view: View;
  dimension: string;
  colors: ReadonlyMap<string | null, string> | undefined;
}): Column<CostGroup>[] {
  const { filter } = costView(view);
  return [
    {
      key: 'name',
      label: dimensionText(dimension),
      sort: 'key',
      phone: 'title',
      cell: (row) => <NameCell row={row} view={view} dimension={dimension} colors={colors} />,
    },
    {
      key: 'cost',
      label: t('board.cost'),
      numeric: true,
      sort: '-total',
      phone: 'main',
      cell: (row) => (
        <a
          class="drill"
          href={view.href('/batches', { filter: narrowed(filter, [[dimension, row.key]]) })}
          title={t('board.drill')}
        >
          <Money
            usd={isUnknown(row) ? null : row.cost.totalUsd}
            unpricedCalls={row.cost.unpricedCalls}
            unknown="unpriced"
            compact
          />
        </a>
      ),
    },
    {
      key: 'delta',
      label: 'Δ $',
      numeric: true,
      sort: '-delta',
      phone: 'side',
      cell: (row) => (isUnknown(row) ? <Unknown /> : <DeltaUsd group={row} />),
    },
    {
      key: 'percent',
      label: 'Δ %',
      numeric: true,
      cell: (row) => <DeltaPercent group={row} />,
    },
    {
      key: 'per1k',
      label: t('board.per1k'),
      numeric: true,
      cell: (row) =>
        isUnknown(row) ? (
          <Unknown />
        ) : (
          <UnitCost usd={row.units.usdPer1kRows} atLeast={row.units.atLeast} />
        ),
    },
    {
      key: 'perMillion',
      label: t('board.perMillion'),
      numeric: true,
      phone: 'meta',
      cell: (row) =>
        row.units.usdPerMillionTokens === null || isUnknown(row) ? (
          <Unknown />
        ) : (
          <span
            title={t('cost.tokens', {
              n: formatCount(row.tokens, { locale: locale.value, compact: true }),
              calls: formatCount(row.modelCalls, { locale: locale.value }),
            })}
          >
            <UnitCost usd={row.units.usdPerMillionTokens} atLeast={row.units.atLeast} />
            <span class="phone-only"> {t('board.perMillion')}</span>
          </span>
        ),
    },
  ];
}

const Unknown = () => <span class="unknown">–</span>;

// Nothing of it has a price: the sum of no known amounts is unknown, not zero.
function isUnknown({ cost, modelCalls }: CostGroup): boolean {
  return cost.unpricedCalls > 0 && cost.unpricedCalls >= modelCalls && /^0$/.test(cost.totalUsd);
}

interface NameCellProps {
  row: CostGroup;
  view: View;
  dimension: string;
  colors: ReadonlyMap<string | null, string> | undefined;
}

function NameCell({ row, view, dimension, colors }: NameCellProps) {
  const { filter } = costView(view);
  const term: FilterTerm = {
    dimension,
    value: row.key ?? '',
    isPrefix: false,
    leavesOut: false,
  };
  const name = keyText(dimension, row.key);
  const isOn = (parseFilter(filter) ?? []).some((each) => isSame(each, term));
  const choose = (leavesOut: boolean) =>
    view.set({ filter: toggleTerm(filter, { ...term, leavesOut }), open: null });
  const color = colors?.get(row.key);
  return (
    <span class="board-name">
      <button
        type="button"
        class="row-button"
        aria-pressed={isOn}
        title={t('board.click')}
        onClick={(event) => choose(event.altKey)}
      >
        {colors && <i class="swatch" style={{ background: color ?? 'var(--other)' }} />}
        <span>{name}</span>
      </button>
      <button
        type="button"
        class="leave-out"
        aria-label={t('board.leaveOut', { name })}
        title={t('board.leaveOut', { name })}
        onClick={() => choose(true)}
      >
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}
