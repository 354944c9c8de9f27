import type { LintFinding, Runbook } from '../contract.js';
import type { MarkdownRoot } from './markdown.js';

/** What the front matter says; `null` where a document from elsewhere says nothing that can be used. */
export interface RunbookFacts {
  alert: string | null;
  title: string;
  severity: Runbook['severity'];
  owner: string | null;
  escalation: string | null;
  slo: string | null;
  panels: readonly string[];
  /** Days, `YYYY-MM-DD`. */
  reviewed: string | null;
  tested: string | null;
  expectedMinutes: number | null;
}

/** A file that was read and checked, ready to be rendered. */
export interface RunbookDocument {
  /** Of the file, without `.md`; of an alert's runbook the name of the alert. */
  name: string;
  kind: Runbook['kind'];
  frontMatter: RunbookFacts;
  body: MarkdownRoot;
  /** Line of the file on which the body starts. */
  bodyLine: number;
  /** Line of the file on which each field of the front matter stands. */
  fieldLines: ReadonlyMap<string, number>;
  /** sha-256 of the content without its stamps, first 12 hex digits: a stamp is not a new revision. */
  revision: string;
  /** What is wrong with the file alone, short of an error that refuses it; `file` is its base name. */
  findings: readonly LintFinding[];
}
