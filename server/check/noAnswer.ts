import { formatTime } from '@burnbook/domain/time';
import type { CheckAnswer } from '../contract.js';
import type { CheckParams } from './askedQuestion.js';

/** The answer to a check of which nothing is known. */
export const noAnswer = (
  {
    question,
    params,
    expect,
  }: Pick<CheckAnswer, 'question' | 'expect'> & { readonly params: CheckParams },
  { askedNs, reason }: { readonly askedNs: bigint; readonly reason: string | null },
): CheckAnswer => ({
  question,
  params: { ...params },
  expect,
  state: 'cannotTell',
  value: null,
  number: null,
  at: formatTime(askedNs),
  factsAt: null,
  coverage: null,
  reason,
  evidence: null,
});
