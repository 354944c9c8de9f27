/** How an execution stands, in the few words that an incident shows of it. */
import { z } from 'zod';

export const verifyStateSchema = z.enum([
  /** The runbook has no check in Verify: its steps there, ticked by a person, count. */
  'byHand',
  /** Not asked since the last step. */
  'waiting',
  /** Passed once since the last step. */
  'passing',
  /** Passed twice in a row, newer than the last step. */
  'passed',
  'failing',
  'cannotTell',
  /** A person says that it is over all the same. */
  'overridden',
]);

/** Of `/api/incidents/{id}`; the whole of it is at `/api/executions/{id}`. */
export const executionSummarySchema = z.object({
  id: z.string(),
  runbook: z.string(),
  title: z.string(),
  state: z.enum(['open', 'finished']),
  /** The first open step; null: none is. */
  currentStep: z.number().int().nullable(),
  holder: z.string(),
  verify: z.object({ state: verifyStateSchema }),
});
export type ExecutionSummary = z.infer<typeof executionSummarySchema>;
