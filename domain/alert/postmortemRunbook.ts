/** A runbook that was followed, as a section of a postmortem. */
import {
  inOrderDone,
  type ExecutionEvent,
  type ExecutionStart,
  type ExecutionState,
} from '../runbook/execution.js';
import { OUTCOME_WORDS, verifyText } from '../runbook/executionWords.js';
import { formatTime, MINUTE_NS } from '../time.js';
import { plainMarkdown as text } from './plainMarkdown.js';

export interface FollowedRunbook {
  readonly start: ExecutionStart;
  readonly events: readonly ExecutionEvent[];
  readonly state: ExecutionState;
}

/** Lines of Markdown. */
export function runbookSection({ start, events, state }: FollowedRunbook): string[] {
  const { finished, steps, verify } = state;
  const done = inOrderDone(events);
  const holders = done.filter(({ kind }) => kind === 'handOver').map((event) => event.text ?? '');
  const notes = done.filter(({ kind }) => kind === 'note' || kind === 'override');
  return [
    `## Runbook: ${text(start.title)}`,
    '',
    `- Runbook: ${text(start.runbook)}, revision ${text(start.revision)}${start.gameDay ? ', a game day' : ''}`,
    `- Followed by: ${[start.startedBy, ...holders].map(text).join(', then ')}`,
    `- From: ${formatTime(start.startedNs)}`,
    `- Until: ${finished ? `${formatTime(finished.atNs)}, after ${minutes(finished.atNs - start.startedNs)}` : 'not finished'}${expected(start)}`,
    `- Outcome: ${finished ? OUTCOME_WORDS[finished.outcome] : 'none yet'}${finished?.reason ? `: ${text(finished.reason)}` : ''}`,
    `- Verify: ${text(verifyText(verify))}`,
    '',
    '| Step | What | Who | When (UTC) | Took |',
    '| --- | --- | --- | --- | --- |',
    ...steps.map(
      ({ number, text: what, state: how, by, atNs, reason, tookNs }) =>
        `| ${number} | ${text(what)} | ${by === null ? 'open' : text(by)}${how === 'skipped' ? `, skipped: ${text(reason ?? '')}` : ''} | ${atNs === null ? '' : formatTime(atNs)} | ${tookNs === null ? '' : minutes(tookNs)} |`,
    ),
    '',
    ...notes.map(
      ({ doneNs, actor, step, kind, text: words }) =>
        `- ${formatTime(doneNs)} ${text(actor)}${step === null ? '' : `, step ${step}`}: ${kind === 'override' ? 'Verify is overridden: ' : ''}${text(words ?? '')}`,
    ),
    ...(notes.length > 0 ? [''] : []),
  ];
}

const expected = ({ expectedMinutes }: ExecutionStart): string =>
  expectedMinutes === null ? '' : `; ${expectedMinutes} min were expected`;

/** To a tenth of a minute. */
function minutes(ns: bigint): string {
  const tenths = (ns * 10n + MINUTE_NS / 2n) / MINUTE_NS;
  return `${tenths / 10n}.${tenths % 10n} min`;
}
