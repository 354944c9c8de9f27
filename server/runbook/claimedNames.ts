/** Whose a name is that two files have, since a runbook is called after its file, whatever folder that is in. */
import type { RunbookDocument } from './runbookDocument.js';
import type { RunbookProblem } from './runbookProblem.js';

export interface ReadRunbook {
  readonly file: string;
  readonly runbook: RunbookDocument;
}

interface Claimed {
  readonly byName: ReadonlyMap<string, ReadRunbook>;
  /** A runbook whose name is taken. */
  readonly refused: readonly RunbookProblem[];
  /** A document from elsewhere whose name is taken, by that name: it is not shown. */
  readonly hidden: ReadonlyMap<string, readonly RunbookProblem[]>;
}

/** Of equals the first has the name; a runbook has it before a document. */
export function claimedNames(read: readonly ReadRunbook[]): Claimed {
  const byName = new Map<string, ReadRunbook>();
  const refused: RunbookProblem[] = [];
  const hidden = new Map<string, RunbookProblem[]>();
  for (const each of read) {
    const { name, kind, fieldLines } = each.runbook;
    const first = byName.get(name);
    if (first && kind !== 'document' && first.runbook.kind !== 'document') {
      const message = `${name} has a runbook already: ${first.file}`;
      const line = fieldLines.get('alert') ?? 1;
      refused.push({ file: each.file, line, rule: 'alert-twice', message });
      continue;
    }
    const [has, lacks] = !first || kind !== 'document' ? [each, first] : [first, each];
    byName.set(name, has);
    if (!lacks) continue;
    const message = `${lacks.file} is not shown: ${has.file} has the same name`;
    const problem = { file: lacks.file, line: 1, rule: 'name-twice', message } as const;
    hidden.set(name, [...(hidden.get(name) ?? []), problem]);
  }
  return { byName, refused, hidden };
}
