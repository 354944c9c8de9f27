import type { UnpricedGroup, UnpricedList } from '../../server/contract.js';
import type { ApiResult } from '../api/useApi.js';
import { formatCount } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { CopyButton } from '../parts/CopyButton.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';
import { CsvLink } from './CsvLink.js';
import { costView } from './useCosts.js';

/** What has no price, and the entry that gives it one. Nothing is shown while everything has a price. */
export function UnpricedPanel({ query, view }: { query: ApiResult<UnpricedList>; view: View }) {
  if (query.data?.items.length === 0 && !query.isError) return null;
  return (
    <Panel
      title={t('unpriced.title')}
      id="unpriced"
      query={query}
      skeletonPx={120}
      actions={<CsvLink path="/api/unpriced" view={view} asked={{}} />}
    >
      {(list) => (
        <>
          <p class="panel-lead">
            {t('unpriced.lead', { n: list.calls })}
            {costView(view).filter !== '' && ` ${t('unpriced.all')}`}
          </p>
          <ul class="rows">
            {list.items.map((group) => (
              <Group
                key={JSON.stringify([group.kind, nameOf(group), group.reason])}
                group={group}
                view={view}
              />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function Group({ group, view }: { group: UnpricedGroup; view: View }) {
  const name = nameOf(group);
  const filter =
    group.kind === 'model'
      ? `model:${JSON.stringify(group.model ?? '')}`
      : `pipeline:${JSON.stringify(group.pipeline ?? '')},kind:compute`;
  return (
    <li class="unpriced-row">
      <details class="fold">
        <summary>
          <strong>{name}</strong>{' '}
          <span class="count">
            {t('unpriced.calls', {
              n: formatCount(group.calls, { locale: locale.value }),
              tokens: formatCount(group.tokens, { locale: locale.value, compact: true }),
            })}
          </span>
          <span class="fold-hint">
            {group.help.yaml === null ? t('unpriced.why') : t('unpriced.add')}
          </span>
        </summary>
        <p>
          {group.reason}. <Instant at={group.firstSeen} /> – <Instant at={group.lastSeen} />.{' '}
          <a href={view.href('/batches', { filter })}>{t('unpriced.batches')}</a>
        </p>
        <p>
          {group.help.text}{' '}
          {group.priceable && (
            <a href={view.href('/cost/prices', { open: 'reprice' })}>{t('unpriced.reprice')}</a>
          )}
        </p>
        {group.help.yaml !== null && (
          <div class="snippet">
            <header>
              <h3>{group.help.file}</h3>
              <CopyButton text={group.help.yaml} />
            </header>
            <pre tabIndex={0} aria-label={group.help.file ?? ''}>
              <code>{group.help.yaml}</code>
            </pre>
          </div>
        )}
      </details>
    </li>
  );
}

const nameOf = ({ kind, provider, model, pipeline }: UnpricedGroup): string =>
  kind === 'model'
    ? [provider, model].filter(Boolean).join(' / ') || t('key.unknownModel')
    : t('unpriced.compute', { pipeline: pipeline ?? '–' });
