import type { Learning } from '../../server/contract.js';
import { useApi } from '../api/useApi.js';
import { formatUsdShort } from '../format/usd.js';
import { t } from '../i18n/t.js';
import { DataTable, type Column } from '../parts/DataTable.js';
import { Instant } from '../parts/Instant.js';
import { Panel } from '../parts/Panel.js';
import { timerOf } from '../runbook/executionModel.js';
import { rateText } from '../slo/sloText.js';

type Revision = Learning['revisions'][number];
type Step = Revision['steps'][number];

/** What following a runbook has shown, by revision: how fast, how well, where people stopped, and what each step changed. */
export function LearningPanel({ name }: { name: string }) {
  const query = useApi<Learning>(`/api/runbooks/${encodeURIComponent(name)}/learning`, {
    liveness: 'execution',
  });
  return (
    <Panel title={t('runbook.learning')} query={query} skeletonPx={160} bare>
      {({ revisions }) =>
        revisions.length === 0 ? (
          <p class="none">{t('learn.none')}</p>
        ) : (
          revisions.map((revision) => <RevisionPart key={revision.revision} revision={revision} />)
        )
      }
    </Panel>
  );
}

function RevisionPart({ revision }: { revision: Revision }) {
  const { executions, gameDays, outcomes, mttaSeconds, mttrSeconds, firstActionSeconds } = revision;
  const facts: [string, string][] = [
    [t('learn.uses'), t('learn.usesOf', { n: executions, days: gameDays })],
    [t('learn.mtta'), durationOf(mttaSeconds)],
    [t('learn.mttr'), durationOf(mttrSeconds)],
    [t('learn.firstAction'), durationOf(firstActionSeconds)],
    [t('learn.outcomes'), outcomesText(outcomes)],
  ];
  const title = t('runbook.revision', { id: revision.revision });
  return (
    <section class="learn" aria-label={title}>
      <h3>
        {title} {revision.isCurrent && <span class="tag">{t('learn.current')}</span>}{' '}
        <small>
          <Instant at={revision.firstUsedAt} /> – <Instant at={revision.lastUsedAt} />
        </small>
      </h3>
      <dl class="facts-list">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <DataTable
        label={`${title}: ${t('learn.steps')}`}
        columns={columns()}
        rows={revision.steps}
        rowKey={({ number }) => String(number)}
        empty={t('learn.noSteps')}
      />
    </section>
  );
}

const durationOf = (seconds: number | null): string =>
  seconds === null ? t('unknown') : timerOf(seconds);

const outcomesText = (outcomes: Revision['outcomes']): string =>
  (['resolved', 'mitigated', 'escalated', 'notHelped'] as const)
    .flatMap((outcome) => {
      const count = outcomes[outcome];
      return count > 0 ? [`${t(`run.outcome.${outcome}`)} ${count}`] : [];
    })
    .join(' · ') || t('learn.noOutcome');

function columns(): Column<Step>[] {
  return [
    {
      key: 'step',
      label: t('learn.step'),
      phone: 'title',
      cell: ({ number, text }) => `${number}. ${text}`,
    },
    {
      key: 'done',
      label: t('learn.done'),
      phone: 'meta',
      cell: ({ reached, done, skipped }) =>
        t(skipped > 0 ? 'learn.doneSkipped' : 'learn.doneOf', { n: done, total: reached, skipped }),
    },
    {
      key: 'dropped',
      label: t('learn.dropped'),
      numeric: true,
      phone: 'side',
      cell: ({ droppedOff }) =>
        droppedOff > 0 ? (
          <span class="tag warn">{t('learn.droppedOff', { n: droppedOff })}</span>
        ) : (
          '–'
        ),
    },
    {
      key: 'took',
      label: t('learn.took'),
      numeric: true,
      cell: ({ seconds }) => (seconds === null ? '–' : timerOf(seconds)),
    },
    {
      key: 'changed',
      label: t('learn.changed'),
      numeric: true,
      phone: 'main',
      cell: ({ burnBefore, burnAfter, usdPerHourBefore, usdPerHourAfter }) => {
        const changes = [
          ...(burnBefore === null || burnAfter === null
            ? []
            : [t('learn.burn', { before: rateText(burnBefore), after: rateText(burnAfter) })]),
          ...(usdPerHourBefore === null || usdPerHourAfter === null
            ? []
            : [
                t('learn.usd', {
                  before: formatUsdShort(usdPerHourBefore),
                  after: formatUsdShort(usdPerHourAfter),
                }),
              ]),
        ];
        return changes.length === 0 ? (
          <span class="unknown">{t('unknown')}</span>
        ) : (
          changes.map((change) => (
            <span class="under" key={change}>
              {change}
            </span>
          ))
        );
      },
    },
  ];
}
