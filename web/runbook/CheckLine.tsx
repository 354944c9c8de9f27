import type { CheckAnswer, RunbookCheck } from '../../server/contract.js';
import { nowMs } from '../api/live.js';
import { useApi } from '../api/useApi.js';
import { t } from '../i18n/t.js';
import { PanelError } from '../parts/Panel.js';
import { Status, type StatusKind } from '../parts/Status.js';
import { useView } from '../url/useView.js';
import { timerOf } from './executionModel.js';

const EVERY_MS = 15_000;
/** Three questions without an answer. */
const OLD_MS = 60_000;
const STATUS: Record<CheckAnswer['state'], StatusKind> = {
  passes: 'ok',
  fails: 'failed',
  cannotTell: 'unknown',
};

/** A question of the runbook, asked again and again: what the answer is, what was expected, and how old it is. */
export function CheckLine({
  check,
}: {
  check: Pick<RunbookCheck, 'question' | 'params' | 'expect' | 'asks'>;
}) {
  const { question, params, expect, asks } = check;
  const query = useApi<CheckAnswer>(
    `/api/checks/${encodeURIComponent(question)}?${new URLSearchParams({ ...params, expect })}`,
    { liveness: 'check', everyMs: EVERY_MS },
  );
  return (
    <div class="check-line">
      <p class="check-asks">
        {asks} <span class="check-of">{scopeOf(params)}</span>
      </p>
      {query.isError && <PanelError query={query} />}
      {query.data ? (
        <Answer answer={query.data} askedMs={query.dataUpdatedAt} />
      ) : (
        !query.isError && (
          <p>
            {t('check.expects', { expect })} · {t('check.asking')}
          </p>
        )
      )}
    </div>
  );
}

/** Of what it asks: two checks of a step may ask the same of different things. Open places are told by the answer. */
const scopeOf = (params: Readonly<Record<string, string>>): string =>
  Object.entries(params)
    .filter(([, value]) => !value.includes('{{'))
    .map(([name, value]) => (name === 'minutes' ? `${value} min` : value))
    .join(' · ');

/**
 * Shape and word, the value, the expectation, its age; why it cannot tell. What was true once says nothing of now: an
 * old answer cannot tell.
 * @param askedMs by this browser's clock.
 */
function Answer({ answer, askedMs }: { answer: CheckAnswer; askedMs: number }) {
  const view = useView();
  const { value, expect, factsAt, evidence } = answer;
  const ageMs = Math.max(0, nowMs.value - askedMs);
  const isOld = ageMs > OLD_MS;
  const state = isOld ? 'cannotTell' : answer.state;
  const reason = isOld ? t('check.old') : answer.reason;
  const [path = '', search = ''] = (evidence ?? '').split('?');
  return (
    <p>
      <Status kind={STATUS[state]} word={t(`check.${state}`)} strong />{' '}
      <span>
        {value !== null && <b>{value}</b>} {t('check.expects', { expect })} ·{' '}
        <span title={factsAt ?? undefined}>{t('check.age', { time: timerOf(ageMs / 1_000) })}</span>
        {reason !== null && ` · ${reason}`}
        {evidence !== null && (
          <>
            {' · '}
            <a href={view.href(path, Object.fromEntries(new URLSearchParams(search)))}>
              {t('check.evidence')}
            </a>
          </>
        )}
      </span>
    </p>
  );
}
