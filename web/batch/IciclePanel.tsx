import { useMemo } from 'preact/hooks';
import type { BatchDetail } from '../../server/contract.js';
import { formatCount, formatDurationMs, formatPercent } from '../format/quantity.js';
import { formatUsdShort } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Segments } from '../parts/Segments.js';
import { useView } from '../url/useView.js';
import { icicle, type IcicleBy, type IcicleNode } from './icicleModel.js';

const WAYS: readonly IcicleBy[] = ['cost', 'time', 'tokens'];
const ROW_PX = 34;
/** Per cent of the width under which a name does not fit and a finger does not hit. */
const NAMED_MIN = 4;

/** Where cost, time or tokens of the batch went: batch, steps, attempts, from top to bottom. */
export function IciclePanel({ batch }: { batch: BatchDetail }) {
  const view = useView();
  const by = WAYS.find((way) => way === view.param('by')) ?? 'cost';
  const nodes = useMemo(() => icicle(batch, by), [batch, by]);
  const largest = nodes.find((node) => node.depth === 1);
  return (
    <section class="panel" aria-label={t('icicle.title')}>
      <header class="panel-head">
        <h2>{t('icicle.title')}</h2>
        <Segments
          label={t('icicle.title')}
          options={WAYS.map((way) => ({ value: way, label: t(`icicle.${way}`) }))}
          value={by}
          onChange={(way) => view.set({ by: way === 'cost' ? null : way })}
        />
      </header>
      {nodes.length === 0 || !largest ? (
        <p class="none">{t('icicle.none', { by: t(`icicle.${by}`) })}</p>
      ) : (
        <div
          class="icicle"
          role="group"
          aria-label={t('icicle.label', {
            by: t(`icicle.${by}`),
            name: largest.name,
            share: formatPercent(largest.share),
          })}
          style={{ height: `${ROW_PX * 3}px` }}
        >
          {nodes.map((node) => (
            <Node key={node.key} node={node} by={by} />
          ))}
        </div>
      )}
      {by === 'tokens' && nodes.length > 0 && <p class="panel-note">{t('icicle.tokensSteps')}</p>}
    </section>
  );
}

function Node({ node, by }: { node: IcicleNode; by: IcicleBy }) {
  const view = useView();
  const text = `${node.name}: ${valueText(node.value, by)} (${formatPercent(node.share)})`;
  const style = {
    left: `${node.left}%`,
    width: `${node.width}%`,
    top: `${node.depth * ROW_PX}px`,
    height: `${ROW_PX - 2}px`,
  };
  const kind = `icicle-node depth-${node.depth} tone-${node.tone}`;
  if (node.width < NAMED_MIN)
    return <span class={kind} style={style} title={text} aria-hidden="true" />;
  const inside = (
    <>
      <b>{node.name}</b> <span>{valueText(node.value, by)}</span>
    </>
  );
  if (!node.evidence) {
    return (
      <span class={kind} style={style} title={text}>
        {inside}
      </span>
    );
  }
  const href = view.href(`/traces/${encodeURIComponent(node.evidence.traceId)}`, {
    span: node.evidence.spanId,
  });
  return (
    <a class={kind} style={style} title={text} href={href}>
      {inside}
    </a>
  );
}

function valueText(value: number, by: IcicleBy): string {
  switch (by) {
    case 'cost':
      return formatUsdShort(value.toFixed(9));
    case 'time':
      return formatDurationMs(value);
    case 'tokens':
      return formatCount(value, { locale: locale.value, compact: true });
  }
}
