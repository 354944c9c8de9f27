import type { SloView } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Icon } from '../parts/Icon.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { SloBar } from './SloBar.js';
import { sloPath, targetText } from './sloText.js';
import { verdictText } from './verdictText.js';

/** An SLO in the list: how it stands, in a word, a sentence and a bar, and where to go. */
export function SloRow({ slo, view }: { slo: SloView; view: View }) {
  return (
    <li class="slo-row">
      <div class="budget-head">
        <a class="row-link" href={view.href(sloPath(slo.name))}>
          {slo.displayName}
        </a>
        <Status kind={slo.state} strong />
        <small class="budget-sum">
          {t('slos.target', { target: targetText(slo.target), window: slo.window })}
        </small>
      </div>
      <p class="slo-verdict">{verdictText(slo.verdictFacts, view.tz)}</p>
      <SloBar slo={slo} />
      <p class="budget-meta">
        {slo.service} ·{' '}
        {slo.owner === null ? t('needs.noOwner') : t('needs.owner', { name: slo.owner })} ·{' '}
        <a href={runbookOf(slo, view)}>
          {t('needs.openRunbook')} <Icon name="arrow" size={12} />
        </a>
      </p>
    </li>
  );
}

/** The runbook of an SLO, filled for it. */
export function runbookOf(
  { name, runbook, pipelines }: Pick<SloView, 'name' | 'runbook' | 'pipelines'>,
  view: View,
): string {
  return view.href(`/runbooks/${encodeURIComponent(runbook)}`, {
    slo: name,
    // A pattern of several pipelines names none of them.
    pipeline:
      pipelines.length === 1 && !pipelines[0]?.includes('*') ? (pipelines[0] ?? null) : null,
  });
}
