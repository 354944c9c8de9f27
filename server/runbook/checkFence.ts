import { z } from 'zod';
import { parseExpectation } from '@burnbook/domain/runbook/expectation';
import { missingParams, paramFault } from '@burnbook/domain/runbook/questionParams';
import {
  isQuestion,
  questionOf,
  questions,
  type QuestionName,
} from '@burnbook/domain/runbook/questions';
import { fenceYaml } from './fenceYaml.js';

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

/** Reads the YAML of a fence. Throws an Error that says what is wrong. */
export function parseCheckFence(yaml: string): CheckFence {
  const mustHold = '`question: name`, `expect: "< 1.2"` and, if any, `params:` of texts';
  const { question, params, expect } = fenceYaml(yaml, { schema, mustHold });
  if (!isQuestion(question)) {
    throw new Error(`asks ${question}; known: ${Object.keys(questions).join(', ')}`);
  }
  const fault = paramFault(question, params);
  if (fault) throw new Error(`has ${fault.param}: ${fault.message}`);
  parseExpectation(expect, questionOf(question));
  const missing = missingParams(question, params);
  if (missing) throw new Error(`asks ${question} without ${missing.join(' or ')}: it cannot tell`);
  return { question, params, expect };
}
