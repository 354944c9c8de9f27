import type { FrontMatter } from './frontMatter.js';
import type { MarkdownRoot } from './markdown.js';

/** A runbook that passed every check, ready to be rendered. */
export interface RunbookDocument {
  frontMatter: FrontMatter;
  body: MarkdownRoot;
  /** sha-256 of the body, first 12 hex digits. The front matter is left out: a stamp is not a new revision. */
  revision: string;
}
