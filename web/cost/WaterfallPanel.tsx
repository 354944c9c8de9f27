import type { Waterfall } from '../../server/contract.js';
import { formatDay } from '../format/time.js';
import { formatUsdExact, formatUsdShort, isZeroUsd, sumUsd, usdRatio } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Panel } from '../parts/Panel.js';
import { Segments } from '../parts/Segments.js';
import { COMPARE_MODES } from '../url/viewState.js';
import type { View } from '../url/useView.js';
import { percentText, signedUsd } from './Delta.js';
import { narrowed } from './filterTerms.js';
import { keyText } from './keyText.js';
import { costView, useRanged } from './useCosts.js';
import { biggestOf, waterfallModel, type WaterfallModel } from './waterfallModel.js';

/** What changed against an earlier period, split into factors that add up, with the largest said in words. */
export function WaterfallPanel({ view }: { view: View }) {
  const { compare, filter } = costView(view);
  const query = useRanged<Waterfall>('/api/costs/waterfall', view, { filter, compare });
  return (
    <Panel
      title={t('waterfall.title')}
      id="changed"
      query={query}
      skeletonPx={320}
      actions={
        <Segments
          label={t('waterfall.against')}
          options={COMPARE_MODES.map((mode) => ({ value: mode, label: t(`compare.${mode}`) }))}
          value={compare}
          onChange={(mode) => view.set({ compare: mode })}
        />
      }
    >
      {(answer) => <Changed answer={answer} view={view} />}
    </Panel>
  );
}

function Changed({ answer, view }: { answer: Waterfall; view: View }) {
  const model = waterfallModel(answer);
  const zoned = { locale: locale.value, tz: answer.tz };
  const between = (from: string, to: string) =>
    `${formatDay(from, zoned)} – ${formatDay(new Date(Date.parse(to) - 1), zoned)}`;
  return (
    <>
      <p class="panel-lead">{sentence(answer, model)}</p>
      <table class="change-bars" aria-label={t('waterfall.title')}>
        <tbody>
          <Row
            name={between(answer.compare.from, answer.compare.to)}
            usd={answer.beforeUsd}
            bar={model.before}
            kind="whole"
          />
          {model.bars.map((bar) => (
            <Row
              key={bar.factor}
              name={factorText(bar.factor, answer)}
              hint={t(`factorHint.${bar.factor}`)}
              usd={bar.usd}
              bar={bar}
              kind={bar.isRise ? 'rise' : 'fall'}
            />
          ))}
          <Row
            name={between(answer.from, answer.to)}
            usd={answer.afterUsd}
            bar={model.after}
            kind="whole"
          />
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('waterfall.change')}</th>
            <td />
            <td class="numeric">
              <data value={model.sumUsd} title={formatUsdExact(model.sumUsd)}>
                {signedUsd(model.sumUsd)}
              </data>
            </td>
          </tr>
        </tfoot>
      </table>
      <p class="panel-note">{notes(answer, model).join(' ')}</p>
      <Models answer={answer} view={view} />
    </>
  );
}

interface RowProps {
  name: string;
  hint?: string;
  usd: string;
  bar: { from: number; length: number };
  kind: 'whole' | 'rise' | 'fall';
}

function Row({ name, hint, usd, bar, kind }: RowProps) {
  return (
    <tr class={kind}>
      <th scope="row" title={hint}>
        {name}
      </th>
      <td class="change-bar">
        <svg
          viewBox="0 0 100 16"
          preserveAspectRatio="none"
          width="100%"
          height="16"
          aria-hidden="true"
        >
          <rect x={bar.from} y="0" width={Math.max(bar.length, 0.4)} height="16" />
        </svg>
      </td>
      <td class="numeric">
        <data value={usd} title={formatUsdExact(usd)}>
          {kind === 'whole' ? formatUsdShort(usd) : signedUsd(usd)}
        </data>
      </td>
    </tr>
  );
}

/** By model: where it went up or down, and why most. */
function Models({ answer, view }: { answer: Waterfall; view: View }) {
  const { filter } = costView(view);
  const rows = answer.models.filter((row) => !isZeroUsd(row.beforeUsd) || !isZeroUsd(row.afterUsd));
  if (rows.length < 2) return null;
  return (
    <details class="fold">
      <summary>{t('waterfall.models')}</summary>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={t('waterfall.models')}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{t('dimension.model')}</th>
              <th scope="col" class="numeric">
                {t('waterfall.before')}
              </th>
              <th scope="col" class="numeric">
                {t('waterfall.after')}
              </th>
              <th scope="col" class="numeric">
                Δ $
              </th>
              <th scope="col">{t('waterfall.mostly')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const change = sumUsd([row.afterUsd, negative(row.beforeUsd)]);
              const most = biggestOf(row.bars);
              return (
                <tr key={`${row.provider} ${row.model} ${row.isRest}`}>
                  <th scope="row">
                    {row.isRest ? (
                      t('series.other')
                    ) : (
                      <a
                        href={view.href('/cost', {
                          filter: narrowed(filter, [['model', row.model]]),
                          groupBy: view.param('groupBy'),
                        })}
                      >
                        {keyText('model', row.model)}
                      </a>
                    )}
                  </th>
                  <td class="numeric">{formatUsdShort(row.beforeUsd)}</td>
                  <td class="numeric">{formatUsdShort(row.afterUsd)}</td>
                  <td class="numeric" title={formatUsdExact(change)}>
                    {signedUsd(change)}
                  </td>
                  <td>
                    {most === null
                      ? '–'
                      : `${factorText(most, answer)} ${signedUsd(row.bars[most])}`}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function sentence(answer: Waterfall, model: WaterfallModel): string {
  const against = t(`against.${answer.compare.mode}`);
  const { biggest } = model;
  if (isZeroUsd(answer.deltaUsd) && biggest === null) return t('waterfall.same', { against });
  const percent = usdRatio(answer.deltaUsd.replace('-', ''), answer.beforeUsd);
  const signed = answer.deltaUsd.startsWith('-') ? -(percent ?? 0) : (percent ?? 0);
  const change = isZeroUsd(answer.deltaUsd)
    ? t('waterfall.balanced', { against })
    : t(answer.deltaUsd.startsWith('-') ? 'waterfall.fell' : 'waterfall.rose', {
        usd: formatUsdShort(answer.deltaUsd.replace('-', '')),
        percent: percent === null ? '' : ` (${percentText(signed * 100)})`,
        against,
      });
  if (biggest === null) return change;
  return `${change} ${t('waterfall.biggest', {
    factor: factorText(biggest.factor, answer),
    usd: signedUsd(biggest.usd),
    hint: t(`factorHint.${biggest.factor}`),
  })}`;
}

function notes(answer: Waterfall, model: WaterfallModel): string[] {
  const { unpricedBefore, unpricedAfter } = answer;
  return [
    ...(model.still.length > 0 && model.bars.length > 0
      ? [
          t('waterfall.still', {
            factors: model.still.map((factor) => factorText(factor, answer)).join(', '),
          }),
        ]
      : []),
    ...(unpricedBefore + unpricedAfter > 0
      ? [t('waterfall.unpriced', { before: unpricedBefore, after: unpricedAfter })]
      : []),
    ...(model.isCut ? [t('waterfall.cut')] : []),
  ];
}

function factorText(factor: keyof Waterfall['bars'], answer: Waterfall): string {
  if (factor === 'volumeUsd' && answer.volumeIn === 'calls') return t('factor.calls');
  if (factor === 'tokensPerRowUsd' && answer.volumeIn === 'calls') return t('factor.tokensPerCall');
  return t(`factor.${factor}`);
}

const negative = (usd: string): string => (usd.startsWith('-') ? usd.slice(1) : `-${usd}`);
