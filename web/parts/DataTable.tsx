import type { ComponentChildren } from 'preact';
import { Icon } from './Icon.js';

export interface Column<Row> {
  key: string;
  label: string;
  /** Numbers align right. */
  numeric?: boolean;
  /** Where the cell stands in the two-line row of a phone; absent: not shown there. */
  phone?: 'title' | 'main' | 'meta' | 'side';
  /** The sort that a click on the heading asks for; absent: not sortable. */
  sort?: string;
  cell: (row: Row) => ComponentChildren;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The current sort, `cost` or `-cost` for descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  empty: string;
}

/**
 * A table that becomes two-line rows on a phone. Roles are written out because a table whose rows are a grid loses
 * them in the accessibility tree.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  sort = '',
  onSort,
  empty,
}: DataTableProps<Row>) {
  if (rows.length === 0) return <p class="none">{empty}</p>;
  return (
    <table class="data" role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th
              key={column.key}
              role="columnheader"
              scope="col"
              class={column.numeric ? 'numeric' : undefined}
              aria-sort={ariaSort(column, sort)}
            >
              {column.sort && onSort ? (
                <button
                  type="button"
                  class="sort"
                  onClick={() => onSort(nextSort(column.sort ?? '', sort))}
                >
                  {column.label}
                  <SortMark direction={ariaSort(column, sort)} />
                </button>
              ) : (
                column.label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr role="row" key={rowKey(row)}>
            {columns.map((column) => (
              <td
                key={column.key}
                role="cell"
                class={`${column.numeric ? 'numeric ' : ''}on-phone-${column.phone ?? 'hidden'}`}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SortMark({ direction }: { direction: 'ascending' | 'descending' | 'none' | undefined }) {
  if (direction !== 'ascending' && direction !== 'descending') return null;
  return (
    <span class={`sort-mark ${direction}`}>
      <Icon name="down" size={10} />
    </span>
  );
}

function ariaSort<Row>(
  column: Column<Row>,
  sort: string,
): 'ascending' | 'descending' | 'none' | undefined {
  if (!column.sort) return undefined;
  const key = column.sort.replace('-', '');
  if (sort.replace('-', '') !== key) return 'none';
  return sort.startsWith('-') ? 'descending' : 'ascending';
}

// The first click sorts in the column's own direction, the next turns it round.
function nextSort(columnSort: string, sort: string): string {
  if (sort !== columnSort) return columnSort;
  return columnSort.startsWith('-') ? columnSort.slice(1) : `-${columnSort}`;
}
