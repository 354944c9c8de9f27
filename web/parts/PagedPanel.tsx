import type { ComponentChildren } from 'preact';
import type { Pages } from '../api/usePages.js';
import { Panel } from './Panel.js';

interface PagedPanelProps<Row> {
  title: string;
  id?: string;
  query: Pages<Row>;
  skeletonPx: number;
  actions?: ComponentChildren;
  /** The word on the button that brings the next rows. */
  more: string;
  children: (rows: readonly Row[]) => ComponentChildren;
}

/** A panel with a list that comes page by page. */
export function PagedPanel<Row>({ query, more, children, ...panel }: PagedPanelProps<Row>) {
  return (
    <Panel {...panel} query={query}>
      {({ pages }) => (
        <>
          {children(pages.flatMap((page) => page.items))}
          {query.hasNextPage && (
            <button
              type="button"
              class="button more"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {more}
            </button>
          )}
        </>
      )}
    </Panel>
  );
}
