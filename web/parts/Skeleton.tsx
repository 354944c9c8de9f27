import { t } from '../i18n/t.js';

/** Grey lines of the content's final height. */
export function Skeleton({ heightPx }: { heightPx: number }) {
  return (
    <div
      class="skeleton"
      style={{ height: `${heightPx}px` }}
      role="status"
      aria-label={t('loading')}
    >
      <span />
      <span />
      <span />
    </div>
  );
}
