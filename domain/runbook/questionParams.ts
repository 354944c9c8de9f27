/** What is wrong with the parameters of a question: told where it is written down and where it is asked alike. */
import { ERROR_CLASSES } from '../semconv.js';
import { questionOf, type QuestionName } from './questions.js';

export interface ParamFault {
  readonly param: string;
  /** After the parameter's name. */
  readonly message: string;
}

const LENGTH_MAX = 1_000;
/** 31 days. */
const MINUTES_MAX = 44_640;

/** @returns null where nothing is. A value that nothing has filled yet is not looked at. */
export function paramFault(
  name: QuestionName,
  params: Readonly<Record<string, string>>,
): ParamFault | null {
  const { params: known } = questionOf(name);
  for (const [param, value] of Object.entries(params)) {
    const message = known.includes(param)
      ? valueFault(param, value)
      : `${name} takes no such parameter; ${known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none'}`;
    if (message !== null) return { param, message };
  }
  return null;
}

/** The parameters of which one must be said, where none is; null: all that it needs is there. */
export function missingParams(
  name: QuestionName,
  params: Readonly<Record<string, string>>,
): readonly string[] | null {
  const { needs = [] } = questionOf(name);
  return needs.find((group) => group.every((param) => params[param] === undefined)) ?? null;
}

/** A placeholder stands there that nothing has filled. */
export const isOpenParam = (value: string): boolean => value.trim() === '' || value.includes('{{');

/** Several names with commas between. */
export const namesIn = (value: string): string[] => value.split(',').map((name) => name.trim());

function valueFault(param: string, value: string): string | null {
  if (value.length > LENGTH_MAX) return `must have at most ${LENGTH_MAX} characters`;
  if (isOpenParam(value)) return null;
  if (param === 'minutes' && !(/^[1-9]\d{0,5}$/.test(value) && Number(value) <= MINUTES_MAX)) {
    return `must be a whole number from 1 to ${MINUTES_MAX}`;
  }
  const unknown = param === 'errorClass' ? namesIn(value).find((each) => !isClass(each)) : null;
  if (unknown == null) return null;
  return `must be one or, with commas, several of ${ERROR_CLASSES.join(', ')}; not ${JSON.stringify(unknown)}`;
}

const isClass = (text: string): boolean => (ERROR_CLASSES as readonly string[]).includes(text);
