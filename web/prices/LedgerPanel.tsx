import type { TargetedInputEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { PriceRow, Prices } from '../../server/contract.js';
import { usePages } from '../api/usePages.js';
import { Field } from '../form/Field.js';
import { CsvLink } from '../cost/CsvLink.js';
import { pathOf } from '../cost/useCosts.js';
import { formatCount } from '../format/quantity.js';
import { formatDay, fromWallClock } from '../format/time.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { PagedPanel } from '../parts/PagedPanel.js';
import type { View } from '../url/useView.js';

const ROWS = 50;
const PARTS = ['provider', 'model', 'at', 'knownAt'] as const;
type Part = (typeof PARTS)[number];

/** The ledger of unit prices: what is held to be true, or was on another day. */
export function LedgerPanel({ view }: { view: View }) {
  const shown = Object.fromEntries(PARTS.map((part) => [part, view.param(part) ?? '']));
  const instant = (day = '') => instantOf(day, view.tz);
  const asked = {
    provider: shown['provider'] ?? '',
    model: shown['model'] ?? '',
    at: instant(shown['at']),
    knownAt: instant(shown['knownAt']),
  };
  const query = usePages<PriceRow, Prices>(['/api/prices', asked], {
    path: (cursor) => pathOf('/api/prices', null, { ...asked, limit: ROWS, cursor }),
  });
  const first = query.data?.pages[0];
  return (
    <PagedPanel
      title={t('ledger.title')}
      id="ledger"
      query={query}
      skeletonPx={480}
      more={t('ledger.more')}
      actions={<CsvLink path="/api/prices" view={null} asked={{ ...asked, limit: 1_000 }} />}
    >
      {(rows) => (
        <>
          <Filter key={JSON.stringify(shown)} shown={shown} view={view} />
          {first && <Applies prices={first} />}
          <DataTable
            label={t('ledger.title')}
            columns={columns(view)}
            rows={rows}
            rowKey={(row) => JSON.stringify(row)}
            empty={t('ledger.none')}
          />
        </>
      )}
    </PagedPanel>
  );
}

/** The day's beginning in the zone; '' where there is no such day. */
function instantOf(day: string, tz: string): string {
  const wall = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(wall.getTime()) ? '' : fromWallClock(wall, tz).toISOString();
}

function Filter({ shown, view }: { shown: Record<string, string>; view: View }) {
  const [draft, setDraft] = useState(shown);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    view.set(draft);
  };
  return (
    <form class="fields" onSubmit={submit}>
      {PARTS.map((part: Part) => (
        <Field key={part} label={t(`ledger.${part}`)}>
          {(props) => {
            const input = {
              ...props,
              value: draft[part] ?? '',
              onInput: (event: TargetedInputEvent<HTMLInputElement>) =>
                setDraft({ ...draft, [part]: event.currentTarget.value }),
            };
            const isDay = part === 'at' || part === 'knownAt';
            return isDay ? <input {...input} type="date" /> : <input {...input} />;
          }}
        </Field>
      ))}
      <button type="submit" class="button">
        {t('filter.apply')}
      </button>
    </form>
  );
}

/** What a call of the model that is asked for would cost now, as the rules give it. */
function Applies({ prices }: { prices: Prices }) {
  const { applies, total } = prices;
  return (
    <p class="panel-lead" aria-live="polite">
      {applies?.text != null && (
        <>
          <strong>
            {t('ledger.applies', { model: applies.model ?? '', price: applies.text })}
          </strong>{' '}
        </>
      )}
      {applies?.unpricedReason != null && (
        <>
          <strong>{t('ledger.appliesNot', { reason: applies.unpricedReason })}</strong>{' '}
        </>
      )}
      {t('ledger.total', { n: formatCount(total, { locale: locale.value }) })}
    </p>
  );
}

function columns(view: View): Column<PriceRow>[] {
  const day = (at: string) => formatDay(at, { locale: locale.value, tz: view.tz, year: true });
  return [
    {
      key: 'model',
      label: t('dimension.model'),
      phone: 'title',
      cell: (row) => (
        <>
          <strong>{row.model === '' ? t('ledger.allModels') : row.model}</strong>
          <small class="under">{row.provider}</small>
        </>
      ),
    },
    {
      key: 'unit',
      label: t('ledger.unit'),
      phone: 'meta',
      cell: (row) => (
        <>
          {t(`unit.${row.unit as 'input'}`)}
          {row.aboveTokens > 0 && (
            <small>
              {' '}
              {t('ledger.above', {
                n: formatCount(row.aboveTokens, { locale: locale.value, compact: true }),
              })}
            </small>
          )}
          {row.tier !== 'standard' && (
            <>
              {' '}
              <span class="tag">{row.tier}</span>
            </>
          )}
        </>
      ),
    },
    {
      key: 'price',
      label: t('ledger.price'),
      numeric: true,
      phone: 'main',
      cell: (row) =>
        row.usdPerMillion === null
          ? t('ledger.times', { n: row.multiplier ?? '?' })
          : `$${row.usdPerMillion}`,
    },
    {
      key: 'valid',
      label: t('ledger.valid'),
      phone: 'side',
      cell: (row) =>
        row.validFrom === null && row.validTo === null && row.dailyFrom === null ? (
          t('ledger.always')
        ) : (
          <>
            {row.validFrom === null ? '…' : day(row.validFrom)} –{' '}
            {row.validTo === null ? '' : day(row.validTo)}
            {row.dailyFrom !== null && (
              <small class="under">
                {row.dailyFrom}–{row.dailyTo} UTC
              </small>
            )}
          </>
        ),
    },
    {
      key: 'known',
      label: t('ledger.known'),
      cell: (row) =>
        `${day(row.knownAt)}${row.knownUntil === null ? '' : ` – ${day(row.knownUntil)}`}`,
    },
    { key: 'source', label: t('ledger.source'), cell: (row) => <Source row={row} /> },
  ];
}

function Source({ row }: { row: PriceRow }) {
  return (
    <>
      {row.source.startsWith('https://') ? (
        <a class="quiet-link" href={row.source} rel="noreferrer" target="_blank">
          {new URL(row.source).hostname}
        </a>
      ) : (
        row.source
      )}
      {row.checkedOn !== null && (
        <small class="under">{t('ledger.checked', { day: row.checkedOn })}</small>
      )}
    </>
  );
}
