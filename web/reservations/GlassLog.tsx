import type { AuditEntry, BudgetDetail } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { pathOf } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { Instant } from '../parts/Instant.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';

const ENTRIES = 100;
const SHOWN = 10;

interface Happening {
  at: string;
  /** When a refusal was over; null: it is not, or it was no refusal. */
  until: string | null;
  kind: 'glass' | 'endGlass' | 'refusal' | 'refusing';
  text: string;
}

/** When the limit refused, and who set it aside, newest first. */
export function GlassLog({ budget, view }: { budget: BudgetDetail; view: View }) {
  const asked = { subject: `budget ${budget.id}`, limit: ENTRIES };
  const audit = useApi<{ items: AuditEntry[] }>(pathOf('/api/audit', null, asked));
  const happenings = [...refusalsOf(budget), ...(audit.data?.items ?? []).flatMap(glassOf)].sort(
    (a, b) => b.at.localeCompare(a.at),
  );
  const runbook = budget.alertHistory.find(({ kind }) => kind === 'refusal')?.runbook;
  return (
    <section class="panel" aria-label={t('glass.log')}>
      <header class="panel-head">
        <h2>{t('glass.log')}</h2>
        {runbook !== undefined && (
          <a href={view.href(`/runbooks/${encodeURIComponent(runbook)}`, { budget: budget.id })}>
            {t('needs.openRunbook')}
          </a>
        )}
      </header>
      {happenings.length === 0 && <p class="none">{t('glass.none')}</p>}
      <ul class="rows">
        {happenings.slice(0, SHOWN).map((each) => (
          <li key={`${each.at} ${each.kind}`} class="alert-row">
            <Status
              kind={each.kind === 'refusing' ? 'page' : 'inactive'}
              word={t(`glassLog.${each.kind}`)}
            />
            <span>
              {each.text}
              <small class="under">
                <Instant at={each.at} />
                {each.until !== null && (
                  <>
                    {' – '}
                    <Instant at={each.until} />
                  </>
                )}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const refusalsOf = ({ alertHistory }: BudgetDetail): Happening[] =>
  alertHistory
    .filter(({ kind }) => kind === 'refusal')
    .map(({ raisedAt, resolvedAt, state, summary }) => ({
      at: raisedAt,
      until: resolvedAt,
      kind: state === 'firing' ? 'refusing' : 'refusal',
      text: summary,
    }));

function glassOf({ at, action, actor, reason }: AuditEntry): Happening[] {
  const text = [actor, reason].filter(Boolean).join(' · ');
  if (action === 'budget.breakGlass') return [{ at, until: null, kind: 'glass', text }];
  if (action === 'budget.endBreakGlass') return [{ at, until: null, kind: 'endGlass', text }];
  return [];
}
