import { useQuery } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import type { Pipeline, RepriceGroup, RepricePreview } from '../../server/contract.js';
import type { ApiError } from '../api/getJson.js';
import { sendJson } from '../api/sendJson.js';
import { useApi } from '../api/useApi.js';
import { ActDialog } from '../budget/ActDialog.js';
import { actor } from '../form/actor.js';
import { ChoiceField } from '../form/ChoiceField.js';
import { signedUsd } from '../cost/Delta.js';
import { formatCount } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import { formatRange } from '../url/range.js';
import type { View } from '../url/useView.js';

const KINDS = ['model', 'compute', 'all'] as const;

/** Prices stored lines of the range again: first what it would change, model by model, then who applies it and why. */
export function RepricePanel({ view }: { view: View }) {
  const pipelines = useApi<{ items: Pipeline[] }>('/api/pipelines').data?.items ?? [];
  const pipeline = view.param('pipeline') ?? '';
  const kind = KINDS.find((each) => each === view.param('kind')) ?? 'model';
  const previewing = view.param('open') === 'reprice';
  const set = (patch: Record<string, string | null>) => view.set({ open: null, ...patch });
  return (
    <section class="panel" id="reprice" aria-label={t('reprice.title')}>
      <header class="panel-head">
        <h2>{t('reprice.title')}</h2>
      </header>
      <p class="panel-lead">{t('reprice.lead')}</p>
      <div class="fields">
        <ChoiceField
          label={t('batches.filter')}
          choices={[...new Set(['', pipeline, ...pipelines.map((each) => each.pipeline)])]}
          value={pipeline}
          wordOf={(name) => (name === '' ? t('batches.all') : name)}
          onChoose={(name) => set({ pipeline: name })}
        />
        <ChoiceField
          label={t('reprice.what')}
          choices={KINDS}
          value={kind}
          wordOf={(each) => t(`reprice.${each}`)}
          onChoose={(each) => set({ kind: each })}
        />
        <button
          type="button"
          class={previewing ? 'button' : 'button primary'}
          aria-expanded={previewing}
          onClick={() => view.set({ open: previewing ? null : 'reprice' })}
        >
          {t(previewing ? 'reprice.close' : 'reprice.preview')}
        </button>
      </div>
      {previewing && <Preview view={view} pipeline={pipeline} kind={kind} />}
    </section>
  );
}

function Preview({
  view,
  pipeline,
  kind,
}: {
  view: View;
  pipeline: string;
  kind: (typeof KINDS)[number];
}) {
  const [applying, setApplying] = useState<RepricePreview | null>(null);
  // Not live: what is applied is what was shown.
  const query = useQuery<RepricePreview, ApiError>({
    queryKey: ['fixed', '/api/reprice/preview', formatRange(view.range), pipeline, kind],
    staleTime: 0,
    queryFn: () => {
      const { from, to } = view.interval();
      return sendJson<RepricePreview>('/api/reprice/preview', {
        method: 'POST',
        actor: actor.value,
        body: {
          from: from.toISOString(),
          to: to.toISOString(),
          kind,
          ...(pipeline === '' ? {} : { pipeline }),
        },
      });
    },
  });
  return (
    <Panel title="" query={query} skeletonPx={160} bare>
      {(preview) => (
        <>
          <Verdict preview={preview} onApply={() => setApplying(preview)} />
          <DataTable
            label={t('reprice.byModel')}
            columns={groupColumns()}
            rows={preview.items}
            rowKey={(row) => JSON.stringify([row.kind, row.provider, row.model, row.tier])}
            empty={t('reprice.noLines')}
          />
          {applying && (
            <ApplyDialog
              preview={applying}
              onDone={() => view.set({ open: null })}
              onClose={() => setApplying(null)}
            />
          )}
        </>
      )}
    </Panel>
  );
}

const n = (value: number): string => formatCount(value, { locale: locale.value });

const changesOf = (of: RepricePreview | RepriceGroup): number =>
  of.changed + of.newlyPriced + of.newlyUnpriced;

function Verdict({ preview, onApply }: { preview: RepricePreview; onApply: () => void }) {
  const changes = changesOf(preview);
  return (
    <>
      <div aria-live="polite">
        <p class="verdict">
          {changes === 0
            ? t('reprice.same', { lines: n(preview.lines) })
            : t('reprice.verdict', {
                usd: signedUsd(preview.differenceUsd),
                changes: n(changes),
                lines: n(preview.lines),
              })}
        </p>
        <p class="panel-lead">
          <Instant at={preview.from} /> – <Instant at={preview.to} /> ·{' '}
          {t('reprice.sums', {
            before: formatUsdShort(preview.oldUsd),
            after: formatUsdShort(preview.newUsd),
          })}
        </p>
      </div>
      {changes > 0 && (
        <p class="form-actions">
          <button type="button" class="button primary" onClick={onApply}>
            {t('reprice.apply')}
          </button>
        </p>
      )}
    </>
  );
}

function ApplyDialog({
  preview,
  onDone,
  onClose,
}: {
  preview: RepricePreview;
  onDone: () => void;
  onClose: () => void;
}) {
  const { from, to, pipeline, kind } = preview;
  return (
    <ActDialog
      title={t('reprice.title')}
      lead={t('reprice.applyLead', {
        changes: n(changesOf(preview)),
        usd: signedUsd(preview.differenceUsd),
      })}
      action={t('reprice.applyNow')}
      act={async (why) => {
        await sendJson('/api/reprice', {
          method: 'POST',
          actor: actor.value,
          body: { from, to, kind, why, ...(pipeline === null ? {} : { pipeline }) },
        });
        onDone();
      }}
      onClose={onClose}
    />
  );
}

/** Also of what a restatement has done. */
function groupColumns(): Column<RepriceGroup>[] {
  return [
    {
      key: 'model',
      label: t('dimension.model'),
      phone: 'title',
      cell: (row) => (
        <>
          <strong>
            {row.kind === 'compute' ? t('series.compute') : (row.model ?? t('key.unknownModel'))}
          </strong>
          <small class="under">
            {[row.provider, row.tier === 'standard' ? null : row.tier].filter(Boolean).join(' · ')}
          </small>
        </>
      ),
    },
    {
      key: 'lines',
      label: t('reprice.lines'),
      numeric: true,
      cell: (row) => n(row.lines),
    },
    {
      key: 'changes',
      label: t('reprice.changes'),
      phone: 'meta',
      cell: (row) => (
        <>
          {changeText(row)}
          {row.unpricedReason !== null && <small class="under">{row.unpricedReason}</small>}
        </>
      ),
    },
    {
      key: 'before',
      label: t('waterfall.before'),
      numeric: true,
      cell: (row) => <Money usd={row.oldUsd} />,
    },
    {
      key: 'after',
      label: t('waterfall.after'),
      numeric: true,
      phone: 'side',
      cell: (row) => <Money usd={row.newUsd} />,
    },
    {
      key: 'difference',
      label: t('waterfall.change'),
      numeric: true,
      phone: 'main',
      cell: (row) => (
        <data class="money" value={row.differenceUsd}>
          {signedUsd(row.differenceUsd)}
        </data>
      ),
    },
  ];
}

function changeText(row: RepriceGroup): string {
  const parts = [
    ...(row.changed > 0 ? [t('reprice.nChanged', { n: n(row.changed) })] : []),
    ...(row.newlyPriced > 0 ? [t('reprice.nPriced', { n: n(row.newlyPriced) })] : []),
    ...(row.newlyUnpriced > 0 ? [t('reprice.nUnpriced', { n: n(row.newlyUnpriced) })] : []),
  ];
  return parts.length === 0 ? t('reprice.unchanged') : parts.join(' · ');
}
