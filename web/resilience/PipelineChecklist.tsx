import { useState } from 'preact/hooks';
import type { Resilience } from '../../server/contract.js';
import { t } from '../i18n/t.js';
import { Status, type StatusKind } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { itemText, reasonText } from './checklistText.js';
import { SayDialog } from './SayDialog.js';

type Checklist = Resilience['items'][number];
type Item = Checklist['items'][number];

const STATUS: Record<Item['state'], StatusKind> = {
  yes: 'ok',
  no: 'failed',
  cannotTell: 'unknown',
  byHand: 'byHand',
  notApplicable: 'inactive',
};
/** What has to be done first, then what nobody knows. */
const ORDER: readonly Item['state'][] = ['no', 'cannotTell', 'byHand', 'yes', 'notApplicable'];

/** A pipeline's items with what each stands on; open where something is missing. */
export function PipelineChecklist({ checklist, view }: { checklist: Checklist; view: View }) {
  const { pipeline, owner, yes, no, cannotTell, items } = checklist;
  const [asked, setAsked] = useState<Item | null>(null);
  const sorted = [...items].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return (
    <details class="panel fold checklist" open={no > 0}>
      <summary>
        <h2>{pipeline}</h2>
        <span class="count">
          {t('resilience.counts', { yes, no, unknown: cannotTell })} ·{' '}
          {owner === null ? t('needs.noOwner') : t('needs.owner', { name: owner })}
        </span>
      </summary>
      <ul class="rows">
        {sorted.map((item) => (
          <li key={item.id}>
            <Status kind={STATUS[item.state]} word={t(`resilience.${item.state}`)} strong />
            <p>
              {itemText(item)}
              <small class="under">
                {reasonText(item)}
                {item.evidence !== null && (
                  <>
                    {' '}
                    <Evidence path={item.evidence} view={view} name={itemText(item)} />
                  </>
                )}
              </small>
            </p>
            {item.canAnswer && (
              <button
                type="button"
                class="button small"
                aria-label={`${t('resilience.say')}: ${itemText(item)}`}
                onClick={() => setAsked(item)}
              >
                {t('resilience.say')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {asked && <SayDialog pipeline={pipeline} item={asked} onClose={() => setAsked(null)} />}
    </details>
  );
}

function Evidence({ path, view, name }: { path: string; view: View; name: string }) {
  const [page = '', query = ''] = path.split('?');
  return (
    <a
      href={view.href(page, Object.fromEntries(new URLSearchParams(query)))}
      aria-label={`${t('resilience.evidence')}: ${name}`}
    >
      {t('resilience.evidence')}
    </a>
  );
}
