import { loadWords, t } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import { Skeleton } from '../parts/Skeleton.js';
import { useView } from '../url/useView.js';

/** What following this runbook has shown so far; asked for when somebody opens it. */
export function LearningPart({ name }: { name: string }) {
  const view = useView();
  const isOpen = view.param('open') === 'learning';
  return (
    <details
      class="panel fold no-print"
      open={isOpen}
      onToggle={({ currentTarget: { open } }) => {
        if (open !== isOpen) view.set({ open: open ? 'learning' : null });
      }}
    >
      <summary>
        <h2>{t('runbook.learning')}</h2>
      </summary>
      {isOpen && (
        <Late
          load={async () =>
            (await Promise.all([import('../learning/LearningPanel.js'), loadWords('learning')]))[0]
              .LearningPanel
          }
          props={{ name }}
          waiting={<Skeleton heightPx={160} />}
        />
      )}
    </details>
  );
}
