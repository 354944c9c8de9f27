import { z } from 'zod';
import { parseExpectation } from '@burnbook/domain/runbook/expectation';
import {
  isQuestion,
  questionOf,
  questions,
  type QuestionName,
} from '@burnbook/domain/runbook/questions';
import { fenceYaml, refuseUnknownParams } from './fenceYaml.js';

/** A ```` ```check ```` fence: a question, its parameters, and the answer that is good. */
export interface CheckFence {
  question: QuestionName;
  /** A value may be a placeholder. */
  params: Record<string, string>;
  /** As written; `parseExpectation` reads it. */
  expect: string;
}

const schema = z.strictObject({
  question: z.string(),
  params: z
    .record(
      z.string(),
      z.union([z.string(), z.number().transform(String)]).pipe(z.string().max(512)),
    )
    .default({}),
  expect: z.string().trim().min(1).max(200),
});

/** Minutes that a question looks back. */
const MINUTES_MAX = 43_200;

/** Reads the YAML of a fence. Throws an Error that says what is wrong. */
export function parseCheckFence(yaml: string): CheckFence {
  const mustHold = '`question: name`, `expect: "< 1.2"` and, if any, `params:` of texts';
  const { question, params, expect } = fenceYaml(yaml, { schema, mustHold });
  if (!isQuestion(question)) {
    throw new Error(`asks ${question}; known: ${Object.keys(questions).join(', ')}`);
  }
  const asked = questionOf(question);
  refuseUnknownParams(question, { params, known: asked.params });
  const { minutes } = params;
  if (minutes !== undefined && !isMinutes(minutes)) {
    throw new Error(
      `has minutes ${JSON.stringify(minutes)}: must be a whole number from 1 to ${MINUTES_MAX}`,
    );
  }
  parseExpectation(expect, asked);
  return { question, params, expect };
}

function isMinutes(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MINUTES_MAX;
}
