/** Paths of the pages that show what an answer stands on. */
import type { AskedQuestion } from './askedQuestion.js';

export const sloPath = (name: string): string => `/slos/${encodeURIComponent(name)}`;

export const budgetPath = (id: string): string => `/cost/budgets/${encodeURIComponent(id)}`;

export const batchPath = (pipeline: string, batch: string): string =>
  `/batches/${encodeURIComponent(pipeline)}/${encodeURIComponent(batch)}`;

/** Batches of the pipeline that was asked about. */
export const batchesPath = (asked: AskedQuestion): string => filtered('/batches', asked);

/** A page of costs, its range and filter as the question says. */
export const costPath = (asked: AskedQuestion): string => ranged('/cost', asked);

export const retriesPath = (asked: AskedQuestion): string => ranged('/retries', asked);

/** Dimensions of costs that questions can name. */
const DIMENSIONS = ['pipeline', 'model', 'provider'];

function filterOf(asked: AskedQuestion): string {
  return DIMENSIONS.flatMap((name) => {
    const value = asked.param(name);
    return value === null ? [] : [`${name}:${JSON.stringify(value)}`];
  }).join(',');
}

function ranged(path: string, asked: AskedQuestion): string {
  return withQuery(path, { range: `-${rangeOf(asked.minutes)}`, filter: filterOf(asked) });
}

/** As a page's address takes it: at most four digits. */
function rangeOf(minutes: number): string {
  return minutes < 10_000 ? `${minutes}m` : `${Math.ceil(minutes / 60)}h`;
}

const filtered = (path: string, asked: AskedQuestion): string =>
  withQuery(path, { filter: filterOf(asked) });

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const said = Object.entries(query).filter(([, value]) => value !== '');
  return said.length === 0 ? path : `${path}?${new URLSearchParams(said).toString()}`;
}
