import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/getJson.js';
import { t } from '../i18n/t.js';
import { Skeleton } from './Skeleton.js';
import { TokenForm } from './TokenForm.js';

/** What a panel needs to know of a query, single or paged. */
export interface PanelQuery<T> {
  data: T | undefined;
  error: ApiError | null;
  isError: boolean;
  /** The data belongs to the view before this one. */
  isPlaceholderData: boolean;
  isFetching: boolean;
  refetch: () => unknown;
}

interface PanelProps<T> {
  title: ComponentChildren;
  id?: string;
  query: PanelQuery<T>;
  /** Height of the content while it loads, so that nothing moves when it arrives. */
  skeletonPx: number;
  actions?: ComponentChildren;
  /** Draws without frame and heading, for a part that brings its own. */
  bare?: boolean;
  children: (data: T) => ComponentChildren;
}

/** A part of a page with its own loading, stale and error state: one failing query never blanks the others. */
export function Panel<T>({
  title,
  id,
  query,
  skeletonPx,
  actions,
  bare = false,
  children,
}: PanelProps<T>) {
  const stale = query.isPlaceholderData || (query.isError && query.data !== undefined);
  const body = (
    <>
      {query.isError && <PanelError query={query} />}
      {query.data !== undefined ? (
        <div
          class={stale ? 'stale' : undefined}
          aria-busy={query.isFetching && stale ? 'true' : undefined}
        >
          {children(query.data)}
        </div>
      ) : (
        !query.isError && <Skeleton heightPx={skeletonPx} />
      )}
    </>
  );
  if (bare) return body;
  return (
    <section class="panel" id={id} aria-label={typeof title === 'string' ? title : undefined}>
      <header class="panel-head">
        <h2>{title}</h2>
        {actions !== undefined && <div class="panel-actions">{actions}</div>}
      </header>
      {body}
    </section>
  );
}

/** What went wrong, in the server's words, and a way to try again. */
export function PanelError<T>({ query }: { query: PanelQuery<T> }) {
  return (
    <div class="panel-error" role="alert">
      <p>
        <strong>{query.data === undefined ? t('error.title') : t('error.stale')}</strong>
        <br />
        {errorText(query.error)}
      </p>
      {query.error?.problem?.status === 401 ? (
        <TokenForm />
      ) : (
        <button type="button" class="button" onClick={() => void query.refetch()}>
          {t('error.retry')}
        </button>
      )}
    </div>
  );
}

function errorText(error: ApiError | null): string {
  if (!error?.problem) return t('error.network');
  const { status, title, detail } = error.problem;
  return `${status} ${title}${detail ? `: ${detail}` : ''}`;
}
