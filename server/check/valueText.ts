/** An answer as a person reads it, with its unit. */
import { meets, type Expectation } from '@burnbook/domain/runbook/expectation';
import type { QuestionUnit } from '@burnbook/domain/runbook/questions';

const DIGITS = 3;
const DIGITS_MAX = 9;

/** @param expectation rounding never makes it look met where it is not. */
export function valueText(
  answer: number | string,
  unit: QuestionUnit,
  expectation: Expectation,
): string {
  if (typeof answer === 'string') return answer;
  const isMet = meets(expectation, answer);
  let text = written(answer, unit, DIGITS);
  for (let digits = DIGITS; digits <= DIGITS_MAX; digits++) {
    text = written(answer, unit, digits);
    if (meets(expectation, Number(answer.toPrecision(digits))) === isMet) break;
  }
  return text;
}

function written(answer: number, unit: QuestionUnit, digits: number): string {
  const shown = (value: number): string => plain(Number(value.toPrecision(digits)));
  switch (unit) {
    case 'count':
      return plain(answer);
    case 'ratio':
      return `${shown(answer)} ×`;
    case 'share':
      return `${shown(answer * 100)} %`;
    case 'usd':
      return `$${shown(answer)}`;
    case 'seconds':
      return lengthText(answer, shown);
    case 'word':
      return String(answer);
  }
}

/** In the largest unit of which there are two, or one and a half. */
function lengthText(seconds: number, shown: (value: number) => string): string {
  if (seconds < 1) return `${shown(seconds * 1_000)} ms`;
  if (seconds < 120) return `${shown(seconds)} s`;
  if (seconds < 7_200) return `${shown(seconds / 60)} min`;
  return seconds < 172_800 ? `${shown(seconds / 3_600)} h` : `${shown(seconds / 86_400)} d`;
}

/** Without an exponent. */
const plain = (value: number): string =>
  value.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 12 });
