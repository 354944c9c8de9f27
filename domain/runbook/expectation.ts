/** What a `check` fence expects of the answer: `< 1.2`, `>= 99.9 %`, `<= 15 min`, `= resolved`, `in succeeded, running`. */
import type { Question, QuestionUnit } from './questions.js';

const OPERATORS = ['<=', '>=', '!=', '<', '>', '='] as const;
type Operator = (typeof OPERATORS)[number];

export type Expectation =
  | { readonly kind: 'number'; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isOneOf: boolean };

/** Suffix → what one of it is in the unit of the question. */
const SUFFIXES: Readonly<Record<QuestionUnit, Readonly<Record<string, number>>>> = {
  count: { '': 1 },
  ratio: { '': 1, x: 1, '×': 1 },
  share: { '': 1, '%': 0.01 },
  seconds: { '': 1, ms: 0.001, s: 1, min: 60, h: 3_600, d: 86_400 },
  usd: { '': 1 },
  word: {},
};

/** @throws Error that says what is wrong. */
export function parseExpectation(text: string, question: Question): Expectation {
  const said = text.trim();
  if (question.unit === 'word') return parseWords(said, question.words ?? []);
  const found = /^(<=|>=|!=|<|>|=)\s*(\$?)(-?\d+(?:\.\d+)?)\s*(\S*)$/u.exec(said);
  const [, operator, dollar, digits, suffix = ''] = found ?? [];
  const scale = SUFFIXES[question.unit][suffix];
  const isDollarRight = dollar === '' || question.unit === 'usd';
  if (operator === undefined || digits === undefined || scale === undefined || !isDollarRight) {
    const suffixes = Object.keys(SUFFIXES[question.unit]).filter((each) => each !== '');
    const units = suffixes.length > 0 ? `, then nothing or one of ${suffixes.join(', ')}` : '';
    throw new Error(
      `expects ${JSON.stringify(text)}: must be one of ${OPERATORS.join(' ')} and a number${units}`,
    );
  }
  const number = Number(digits);
  // 95 × 0.01 is more than 0.95, and 95 ÷ 100 is not.
  const value = scale < 1 ? number / Math.round(1 / scale) : number * scale;
  return { kind: 'number', operator: operator as Operator, value };
}

function parseWords(said: string, known: readonly string[]): Expectation {
  const found = /^(=|!=|in\s)\s*(.+)$/.exec(said);
  const [, operator, rest] = found ?? [];
  const words = (rest ?? '').split(',').map((word) => word.trim());
  const unknown = words.find((word) => !known.includes(word));
  if (operator === undefined || unknown !== undefined) {
    throw new Error(
      `expects ${JSON.stringify(said)}: must be = or != and one of ${known.join(', ')}, or in and several with commas`,
    );
  }
  return { kind: 'words', words, isOneOf: operator !== '!=' };
}

/** Whether an answer is what was expected. */
export function meets(expectation: Expectation, answer: number | string): boolean {
  if (expectation.kind === 'words') {
    return expectation.words.includes(String(answer)) === expectation.isOneOf;
  }
  if (typeof answer !== 'number' || Number.isNaN(answer)) return false;
  const { operator, value } = expectation;
  switch (operator) {
    case '<':
      return answer < value;
    case '<=':
      return answer <= value;
    case '>':
      return answer > value;
    case '>=':
      return answer >= value;
    case '=':
      return answer === value;
    case '!=':
      return answer !== value;
  }
}
