import { useState } from 'preact/hooks';
import type { WhatIf } from '../../server/contract.js';
import { Field } from '../form/Field.js';
import { formatFilter, parseFilter } from '../cost/filterTerms.js';
import { useRanged } from '../cost/useCosts.js';
import { formatCount, formatDurationMs } from '../format/quantity.js';
import { formatUsdShort, isZeroUsd } from '../format/usd.js';
import { locale, t } from '../i18n/t.js';
import { Money } from '../parts/Money.js';
import { Panel } from '../parts/Panel.js';
import type { View } from '../url/useView.js';

/** What a policy is made of, as the API and the URL name it. */
const PARTS = ['attemptsMax', 'timeoutMs', 'backoffBaseMs', 'backoffMaxMs'] as const;
type Part = (typeof PARTS)[number];

/** What attempts tell of themselves; other conditions say nothing of a policy. */
const TOLD: ReadonlySet<string> = new Set(['pipeline', 'run', 'batch', 'step']);

/** The stored attempts under another policy: what it would have saved, and which successes it would have cost. */
export function WhatIfPanel({ view, filter }: { view: View; filter: string }) {
  const policy = Object.fromEntries(PARTS.map((part) => [part, view.param(part) ?? '']));
  const terms = parseFilter(filter) ?? [];
  const told = terms.filter(({ dimension }) => TOLD.has(dimension));
  const isSet = PARTS.some((part) => policy[part] !== '');
  return (
    <section class="panel" id="what-if" aria-label={t('whatIf.title')}>
      <header class="panel-head">
        <h2>{t('whatIf.title')}</h2>
      </header>
      <p class="panel-lead">{t('whatIf.lead')}</p>
      <PolicyForm key={JSON.stringify(policy)} policy={policy} view={view} />
      {told.length < terms.length && <p class="panel-note">{t('whatIf.filter')}</p>}
      {isSet && <Outcome view={view} asked={{ ...policy, filter: formatFilter(told) }} />}
    </section>
  );
}

function PolicyForm({ policy, view }: { policy: Record<string, string>; view: View }) {
  const [draft, setDraft] = useState(policy);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    view.set(draft);
  };
  return (
    <form class="what-if" onSubmit={submit}>
      {PARTS.map((part: Part) => (
        <Field key={part} label={t(`whatIf.${part}`)} hint={t('whatIf.asIs')}>
          {(props) => (
            <input
              {...props}
              type="number"
              min={part === 'attemptsMax' || part === 'timeoutMs' ? 1 : 0}
              step={1}
              value={draft[part] ?? ''}
              onInput={(event) => setDraft({ ...draft, [part]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <button type="submit" class="button primary">
        {t('whatIf.ask')}
      </button>
    </form>
  );
}

function Outcome({ view, asked }: { view: View; asked: Record<string, string> }) {
  const query = useRanged<WhatIf>('/api/retries/what-if', view, asked, false);
  return (
    <Panel title="" query={query} skeletonPx={160} bare>
      {(answer) => <Answer answer={answer} />}
    </Panel>
  );
}

function Answer({ answer }: { answer: WhatIf }) {
  const { outcome, recorded } = answer;
  const n = (value: number) => formatCount(value, { locale: locale.value });
  if (recorded.operations === 0) return <p class="none">{t('whatIf.nothing')}</p>;
  return (
    <div class="what-if-answer" aria-live="polite">
      <p class="verdict">{verdict(answer)}</p>
      <dl class="facts">
        <div>
          <dt>{t('whatIf.saved')}</dt>
          <dd>
            <Money usd={answer.savedUsd} unpricedCalls={answer.savedUnknownAttempts} compact />{' '}
            <small>{t('whatIf.of', { usd: formatUsdShort(recorded.costUsd) })}</small>
          </dd>
        </div>
        <div>
          <dt>{t('whatIf.lost')}</dt>
          <dd class={outcome.successesLost > 0 ? 'wasted' : undefined}>
            {n(outcome.successesLost)}{' '}
            <small>{t('whatIf.ofSucceeded', { n: n(recorded.succeeded) })}</small>
          </dd>
        </div>
        <div>
          <dt>{t('whatIf.unknown')}</dt>
          <dd>{n(outcome.unknown)}</dd>
        </div>
        <div>
          <dt>{t('whatIf.notMade')}</dt>
          <dd>
            {n(answer.attemptsNotMade)}{' '}
            <small>{t('whatIf.ofAttempts', { n: n(recorded.attempts) })}</small>
          </dd>
        </div>
        <div>
          <dt>{t('whatIf.latency')}</dt>
          <dd>
            {formatDurationMs(answer.latencyChangeMs)}{' '}
            <small>{t('whatIf.inOperations', { n: n(answer.latencyOperations) })}</small>
          </dd>
        </div>
      </dl>
      <p class="panel-note">{unknowns(answer).join(' ')}</p>
    </div>
  );
}

function verdict({ outcome, savedUsd, savedUnknownAttempts }: WhatIf): string {
  const usd = `${savedUnknownAttempts > 0 ? '≥ ' : ''}${formatUsdShort(savedUsd)}`;
  if (outcome.successesLost > 0) {
    return t('whatIf.verdictLost', { usd, n: outcome.successesLost });
  }
  if (outcome.unknown > 0) return t('whatIf.verdictUnknown', { usd, n: outcome.unknown });
  return t(
    isZeroUsd(savedUsd) && savedUnknownAttempts === 0 ? 'whatIf.verdictSame' : 'whatIf.verdictFree',
    { usd },
  );
}

function unknowns(answer: WhatIf): string[] {
  const { outcome } = answer;
  return [
    ...(answer.savedUnknownAttempts > 0
      ? [t('whatIf.noteSaved', { n: answer.savedUnknownAttempts })]
      : []),
    ...(answer.attemptsUnknown > 0 ? [t('whatIf.noteAdded', { n: answer.attemptsUnknown })] : []),
    ...(answer.attemptsCut > 0
      ? [t('whatIf.noteCut', { n: answer.attemptsCut, usd: formatUsdShort(answer.cutCostUsd) })]
      : []),
    ...(outcome.notStarted > 0 ? [t('whatIf.noteNested', { n: outcome.notStarted })] : []),
    ...(answer.truncated ? [t('whatIf.noteTruncated', { n: answer.recorded.operations })] : []),
  ];
}
