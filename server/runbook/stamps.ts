import type { LintFinding } from '../contract.js';
import { lintFinding, type Finding } from './rules.js';
import type { RunbookDocument } from './runbookDocument.js';

/** Days after which nobody should trust a stamp. */
const REVIEWED_DAYS_MAX = 180;
const TESTED_DAYS_MAX = 90;
const DAY_MS = 86_400_000;

/**
 * What the stamps of a runbook of ours lack on a day.
 *
 * @param nowMs milliseconds since 1970, UTC
 */
export function stampFindings(document: RunbookDocument, nowMs: number): LintFinding[] {
  if (document.kind === 'document') return [];
  const { fieldLines } = document;
  const { reviewed, tested } = document.frontMatter;
  const line = (field: string) => fieldLines.get(field) ?? 1;
  const found: Finding[] = [];
  const reviewedFault = faultOf(reviewed, { word: 'reviewed', daysMax: REVIEWED_DAYS_MAX, nowMs });
  if (reviewedFault) {
    found.push({ line: line('reviewed'), rule: 'stamp-reviewed', message: reviewedFault });
  }
  const testedFault = faultOf(tested, { word: 'tested', daysMax: TESTED_DAYS_MAX, nowMs });
  if (testedFault) {
    found.push({ line: line('tested'), rule: 'stamp-tested', message: testedFault });
  }
  return found.map((finding) => lintFinding(`${document.name}.md`, finding));
}

function faultOf(
  stamp: string | null,
  { word, daysMax, nowMs }: { word: string; daysMax: number; nowMs: number },
): string | null {
  if (stamp === null) return `was never ${word}`;
  const days = Math.floor((nowMs - Date.parse(`${stamp}T00:00:00Z`)) / DAY_MS);
  // A day ahead is a zone east of here.
  if (days < -1) return `${word}: ${stamp} lies ahead`;
  return days > daysMax ? `was last ${word} ${days} days ago, at most ${daysMax} is good` : null;
}
