import fc from 'fast-check';
import { expect } from 'vitest';
import { highlightFor } from '../../../../server/runbook/highlight.js';
import { parseRunbook } from '../../../../server/runbook/parseRunbook.js';
import type { PlaceholderValues } from '../../../../server/runbook/placeholders.js';
import { RunbookError } from '../../../../server/runbook/runbookProblem.js';
import { renderRunbook } from '../../../../server/runbook/renderRunbook.js';
import { exampleBody, exampleRunbook } from '../exampleRunbook.js';
import { hostileCorpus } from './hostileCorpus.js';
import { violations } from './htmlOracle.js';

/** The example with a text in its section Impact. */
export const withText = (hostile: string) =>
  exampleRunbook({ body: exampleBody.replace('None yet.', () => hostile) });
export async function rendered(source: string, values: PlaceholderValues = {}): Promise<string> {
  const document = parseRunbook('ExampleAlert.md', source);
  // The example's own command is highlighted elsewhere, once.
  const highlight = source.split('```').length > 5 ? await highlightFor(document) : null;
  return renderRunbook(document, values, { highlight }).html;
}

/** A fence that is left open hides the sections after it: refused, with file and line. */
export async function renderedOrRefused(
  source: string,
  values: PlaceholderValues,
): Promise<string> {
  try {
    return await rendered(source, values);
  } catch (error) {
    if (error instanceof RunbookError) return '';
    throw error;
  }
}

/** Pieces of the corpus and of Markdown in any order. */
export async function staysText({ numRuns }: { numRuns: number }): Promise<void> {
  const piece = fc.oneof(
    fc.constantFrom(...hostileCorpus),
    fc.constantFrom('\n\n', '\n', '    ', '> ', '- ', '1. ', '```', '`', '](', '{{batch}}'),
    fc.constantFrom('<', '>', '"', "'", '</', '<!--', '-->', '&', '<details>', '<summary>'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, async (hostile, value) => {
      const values = { pipeline: value, batch: value };
      expect(violations(await renderedOrRefused(withText(hostile), values))).toEqual([]);
      expect(violations(await rendered(`# T\n\n${hostile}`, values))).toEqual([]);
    }),
    { numRuns },
  );
}
