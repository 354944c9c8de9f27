import type { SloDetail, SloView } from '../../server/contract.js';
import { formatCount, formatDurationMs, formatPercent } from '../format/quantity.js';
import { locale, t } from '../i18n/t.js';
import { alertSummary } from '../incident/alertSummary.js';
import { DataAge } from '../parts/DataAge.js';
import { Icon } from '../parts/Icon.js';
import { Segments } from '../parts/Segments.js';
import { Status } from '../parts/Status.js';
import type { View } from '../url/useView.js';
import { SloBar } from './SloBar.js';
import { runbookOf } from './SloRow.js';
import { rateText, targetText } from './sloText.js';
import { verdictText } from './verdictText.js';

/** The verdict, the budget of the chosen kind of window, and the figures behind it. */
export function SloHead({ detail, view }: { detail: SloDetail; view: View }) {
  const { slo, other } = detail;
  const asOther = view.param('window') === other.windowKind;
  const shown = asOther ? other : slo;
  const worst = slo.alerts.find(({ severity }) => severity === 'page') ?? slo.alerts[0];
  return (
    <section class="panel slo-top" aria-label={slo.displayName}>
      <header class="page-head">
        <div>
          <h1>{slo.displayName}</h1>
          <p class="budget-meta">
            {slo.name} · {slo.service} ·{' '}
            {t('slos.target', { target: targetText(slo.target), window: shown.window })} ·{' '}
            {slo.method} ·{' '}
            {slo.owner === null ? t('needs.noOwner') : t('needs.owner', { name: slo.owner })}
          </p>
        </div>
        <div class="panel-actions">
          <Status kind={slo.state} strong />
          <DataAge dataUntil={detail.dataUntil} />
        </div>
      </header>
      <p class="verdict">{verdictText(slo.verdictFacts, view.tz)}</p>
      {slo.description && <p class="panel-lead">{slo.description}</p>}
      {asOther ? (
        <p class="metric">
          {shown.budgetLeft === null
            ? t('slo.noEvent')
            : t('slo.left', { percent: formatPercent(shown.budgetLeft) })}
        </p>
      ) : (
        <SloBar slo={slo} />
      )}
      <Segments
        label={t('slo.window')}
        options={(['rolling', 'calendar'] as const).map((value) => ({
          value,
          label: t(`slo.${value}`),
        }))}
        value={shown.windowKind}
        onChange={(kind) => view.set({ window: kind === slo.windowKind ? null : kind })}
      />
      <Facts detail={detail} period={shown.period} own={!asOther} />
      <p class="form-actions">
        <a class="button primary" href={runbookOf(slo, view)}>
          {t('needs.openRunbook')} <Icon name="arrow" />
        </a>
        {worst && (
          <a class="button" href={view.href('/incidents')} title={alertSummary(worst, view.tz)}>
            <Status
              kind={worst.severity}
              word={t(`slo.alert.${worst.state}`, { name: worst.name })}
            />
            {slo.alerts.length > 1 && ` +${slo.alerts.length - 1}`}
          </a>
        )}
      </p>
    </section>
  );
}

function Facts({
  detail: { slo, falsePagesPerMonth },
  period,
  own,
}: {
  detail: SloDetail;
  period: SloDetail['slo']['period'];
  /** Whether the period is the SLO's own. */
  own: boolean;
}) {
  const zoned = { locale: locale.value };
  return (
    <dl class="facts">
      <div>
        <dt>{t('slo.events')}</dt>
        <dd>
          {inUnit(
            slo,
            t('slo.of', {
              n: formatCount(period.good, zoned),
              total: formatCount(period.total, zoned),
            }),
          )}
        </dd>
      </div>
      <div>
        <dt>{t('slo.coverage')}</dt>
        <dd>{period.coverage === null ? t('slo.coverageNone') : formatPercent(period.coverage)}</dd>
      </div>
      {own && (
        <>
          {slo.badLeft !== null && (
            <div>
              <dt>{t(slo.badLeft < 0 ? 'slo.badOver' : 'slo.badLeft')}</dt>
              <dd>{inUnit(slo, formatCount(wholeOf(slo, Math.abs(slo.badLeft)), zoned))}</dd>
            </div>
          )}
          <div>
            <dt>{t('slo.burnRate')}</dt>
            <dd>{rateText(slo.burnRate)}</dd>
          </div>
        </>
      )}
      {falsePagesPerMonth !== null && (
        <div title={t('slo.falsePagesHint')}>
          <dt>{t('slo.falsePages')}</dt>
          <dd>{formatCount(falsePagesPerMonth, zoned)}</dd>
        </div>
      )}
      {slo.excludedSeconds > 0 && (
        <div>
          <dt>{t('slo.excluded')}</dt>
          <dd>
            {formatDurationMs(slo.excludedSeconds * 1_000)}
            {slo.budgetLeftWithoutExclusions !== null && (
              <small class="under">
                {t('slo.excludedWithout', {
                  percent: formatPercent(slo.budgetLeftWithoutExclusions),
                })}
              </small>
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

const inUnit = ({ unit }: SloView, n: string): string =>
  unit === 'events' ? n : t(`slo.unit.${unit}`, { n });

/** A part of an event is none. */
const wholeOf = ({ unit }: SloView, bad: number): number =>
  unit === 'dollars' || unit === 'slices' ? bad : Math.floor(bad);
