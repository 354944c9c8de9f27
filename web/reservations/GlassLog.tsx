import type { AuditEntry } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { pathOf } from '../cost/useCosts.js';
import { t } from '../i18n/t.js';
import { Instant } from '../parts/Instant.js';
import { Status } from '../parts/Status.js';

const ENTRIES = 100;
const SHOWN = 10;

/** Who set the limit aside, or in force again, when and why, newest first; nothing where nobody has. */
export function GlassLog({ budget }: { budget: string }) {
  const asked = { subject: `budget ${budget}`, limit: ENTRIES };
  const audit = useApi<{ items: AuditEntry[] }>(pathOf('/api/audit', null, asked));
  const entries = (audit.data?.items ?? []).filter(({ action }) => /breakGlass$/i.test(action));
  if (entries.length === 0) return null;
  return (
    <section class="panel" aria-label={t('glass.log')}>
      <header class="panel-head">
        <h2>{t('glass.log')}</h2>
      </header>
      <ul class="rows">
        {entries.slice(0, SHOWN).map((entry) => (
          <li key={entry.at} class="alert-row">
            <Status
              kind="inactive"
              word={t(entry.action === 'budget.breakGlass' ? 'glass.setAside' : 'glass.inForce')}
            />
            <span>
              {entry.reason}
              <small class="under">
                <Instant at={entry.at} /> · {entry.actor}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
