import type { Runbook } from '../contract.js';
import { renderRunbook } from './renderRunbook.js';
import type { RunbookDocument } from './runbookDocument.js';

const known = new WeakMap<RunbookDocument, Runbook['steps']>();

/** The steps with their placeholders as they are written. A document never changes: they are worked out once. */
export function documentSteps(document: RunbookDocument): Runbook['steps'] {
  const before = known.get(document);
  if (before) return before;
  const { steps } = renderRunbook(document, {});
  known.set(document, steps);
  return steps;
}
