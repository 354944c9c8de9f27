import type { LintFinding } from '../contract.js';

/**
 * What a runbook is checked for, by the rule's stable name. An error of one of ours stops the start; the rules of whole
 * folders (dead links, names that nothing defines) are the linter's alone.
 */
export const rules = {
  unreadable: rule('error', 'Save it as UTF-8 text of at most 256 KiB that this user may read.'),
  'front-matter': rule('error', 'runbooks/_template.md shows every field.'),
  'file-name': rule('error', 'Rename the file, or correct the name of the alert.'),
  'title-in-body': rule('error', 'The page shows the title of the front matter. Start with ##.'),
  'nested-too-deeply': rule('error', 'Quotes and lists inside one another: at most 200 deep.'),
  'section-unknown': rule('error', 'Readers look for the same headings in every runbook.'),
  'section-order': rule('error', 'Put the sections in the order of runbooks/_template.md.'),
  'section-missing': rule('error', 'Add it; one honest sentence is enough.'),
  'first-action-long': rule('error', 'Move what can wait behind the first command.'),
  'first-action-without-command': rule(
    'error',
    'Give the reader one command in a ```run fence to start with.',
  ),
  'step-number': rule('error', 'Step 4 is the item that reads "4.", through all sections.'),
  'no-step': rule('error', 'Write what to do as a numbered list.'),
  'too-many-steps': rule('error', 'Split it into procedures and link them.'),
  'placeholder-unknown': rule('error', 'Nothing would fill it in.'),
  panel: rule('error', 'docs/runbooks.md shows a panel fence.'),
  'panel-open': rule('warning', 'Give it the parameter, as a rule a placeholder such as {{slo}}.'),
  'panel-undeclared': rule('error', 'Add it to `panels` of the front matter.'),
  'panel-unused': rule('error', 'Show it with a ```panel fence, or take it off the list.'),
  check: rule('error', 'docs/runbooks.md lists the questions and what each may expect.'),
  'run-empty': rule('error', 'Put the command into the fence, or take the fence away.'),
  'output-alone': rule('error', 'Put it right after the ```run fence whose output it is.'),
  'link-dead': rule('error', 'Correct the link, or take it away.'),
  'slo-unknown': rule('error', 'Name an SLO of slos/*.yaml in the configuration folder.'),
  'alert-unknown': rule(
    'error',
    'Name an alert that Burnbook raises. A text that no alert opens is a `kind: procedure`.',
  ),
  'alert-without-runbook': rule('error', 'Copy _template.md to the name of the alert.'),
  'alert-twice': rule('error', 'Keep one runbook for each alert.'),
  'name-twice': rule('warning', 'Give them names of their own: folders do not tell them apart.'),
  'verify-without-check': rule(
    'warning',
    'Add a ```check fence, so that the page can see by itself that it is over.',
  ),
  'html-dropped': rule(
    'warning',
    'Write it in Markdown; a runbook shows no HTML of its own and no pictures. Link them.',
  ),
  'stamp-reviewed': rule('warning', 'Read it against what runs today, then set `reviewed`.'),
  'stamp-tested': rule(
    'warning',
    'Follow it once, best with `burnbook gameday`, which sets `tested`.',
  ),
  document: rule('warning', 'It is shown as it is. runbooks/_template.md shows a runbook.'),
} as const satisfies Record<string, { level: LintFinding['level']; help: string }>;

export type RuleName = keyof typeof rules;

/** What a rule found, by line of the text that it looked at. */
export interface Finding {
  line: number;
  rule: RuleName;
  message: string;
  /** Unless it is the rule's. */
  level?: LintFinding['level'];
}

/** With its file, and the rule's help. */
export function lintFinding(
  file: string,
  { line, rule: name, message, level }: Finding,
): LintFinding {
  const known = rules[name];
  return { file, line, level: level ?? known.level, rule: name, message, help: known.help };
}

function rule(
  level: LintFinding['level'],
  help: string,
): { level: LintFinding['level']; help: string } {
  return { level, help };
}
