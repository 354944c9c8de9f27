/** Questions of runbooks' checks, answered live. */
import { z } from 'zod';
import { questionOf, questions, type QuestionName } from '@burnbook/domain/runbook/questions';
import { CheckFault } from '../check/askedQuestion.js';
import { checkAnswerSchema } from '../contract.js';
import { ApiError } from './problem.js';
import { route, type RouteRequest } from './route.js';

const names = Object.keys(questions) as QuestionName[];
const params = [...new Set(names.flatMap((name) => questionOf(name).params))].toSorted();

const checkQuery = {
  expect: z.string().meta({
    description:
      'What the answer should be: "< 1.2", ">= 99.9 %", "<= 15 min", "= resolved", "in late, on_time"',
  }),
  ...Object.fromEntries(
    params.map((name) => [
      name,
      z
        .string()
        .optional()
        .meta({
          description: `Of ${names.filter((each) => questionOf(each).params.includes(name)).join(', ')}`,
        }),
    ]),
  ),
};

export const checkRoutes = [
  route({
    path: '/api/checks/:question',
    summary: `A check of a runbook: passes, fails or cannot tell. Questions: ${names
      .map((name) => `${name} (${questionOf(name).asks})`)
      .join('; ')}`,
    query: checkQuery,
    answer: checkAnswerSchema,
    handle: check,
  }),
];

async function check({ api, part, query }: RouteRequest) {
  const { expect, ...asked } = query;
  if (expect === undefined) throw new ApiError(400, 'expect: must be said', 'expect');
  try {
    return await api.checks.ask({ question: part('question'), params: asked, expect });
  } catch (error) {
    if (error instanceof CheckFault) throw new ApiError(400, error.message, error.field);
    throw error;
  }
}
