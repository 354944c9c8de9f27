/** Colours for code: which part of it is a keyword, a string, a comment. Loaded when the first runbook needs it. */
import { element, type HtmlElement } from './html.js';
import { markdownNodes } from './markdown.js';
import type { RunbookDocument } from './runbookDocument.js';

/** Code as spans with the classes `tok-…`, or null where that language is not known or the code is too long. */
export type Highlight = (code: string, language: string) => (HtmlElement | string)[] | null;

const grammars = {
  shell: () => import('@shikijs/langs/shellscript'),
  sql: () => import('@shikijs/langs/sql'),
  json: () => import('@shikijs/langs/json'),
  yaml: () => import('@shikijs/langs/yaml'),
  typescript: () => import('@shikijs/langs/typescript'),
  python: () => import('@shikijs/langs/python'),
} as const;
type Grammar = keyof typeof grammars;

const grammarOf: ReadonlyMap<string, Grammar> = new Map([
  ['run', 'shell'],
  ['bash', 'shell'],
  ['sh', 'shell'],
  ['shell', 'shell'],
  ['shellscript', 'shell'],
  ['zsh', 'shell'],
  ['sql', 'sql'],
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['typescript', 'typescript'],
  ['ts', 'typescript'],
  ['javascript', 'typescript'],
  ['js', 'typescript'],
  ['python', 'python'],
  ['py', 'python'],
]);

/** A line that is longer stays plain: grammars take time that grows with it. */
const LINE_LENGTH_MAX = 2_000;
/** Of one rendering. */
const CHARACTERS_MAX = 40_000;
/** What is left of a line after that stays plain; far above what a cold start takes. */
const LINE_MS_MAX = 2_000;

/** The highlighter for the languages of a document; null where it has none that is known. */
export async function highlightFor({ body }: RunbookDocument): Promise<Highlight | null> {
  const needed = new Set<Grammar>();
  for (const node of markdownNodes(body)) {
    const grammar =
      node.type === 'code' ? grammarOf.get(node.lang?.toLowerCase() ?? '') : undefined;
    if (grammar !== undefined) needed.add(grammar);
  }
  if (needed.size === 0) return null;
  const core = await (loading ??= loadCore());
  for (const grammar of needed) await core.need(grammar);
  let charactersLeft = CHARACTERS_MAX;
  return (code, language) => {
    const grammar = grammarOf.get(language.toLowerCase());
    if (grammar === undefined || code.length > charactersLeft) return null;
    charactersLeft -= code.length;
    return core.tokens(code, grammar);
  };
}

interface Core {
  need: (grammar: Grammar) => Promise<void>;
  tokens: (code: string, grammar: Grammar) => (HtmlElement | string)[];
}
let loading: Promise<Core> | undefined;

async function loadCore(): Promise<Core> {
  const [{ createHighlighterCore, createCssVariablesTheme }, { createJavaScriptRegexEngine }] =
    await Promise.all([import('@shikijs/core'), import('@shikijs/engine-javascript')]);
  const theme = createCssVariablesTheme({
    name: 'classes',
    variablePrefix: '--',
    fontStyle: false,
  });
  const core = await createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  const loaded = new Map<Grammar, Promise<void>>();
  return {
    need: (grammar) => {
      const known = loaded.get(grammar) ?? core.loadLanguage(grammars[grammar]);
      loaded.set(grammar, known);
      return known;
    },
    tokens: (code, grammar) => {
      const lines = core.codeToTokensBase(code, {
        lang: grammar === 'shell' ? 'shellscript' : grammar,
        theme: 'classes',
        tokenizeMaxLineLength: LINE_LENGTH_MAX,
        tokenizeTimeLimit: LINE_MS_MAX,
      });
      return lines.flatMap((line, index) => [
        ...(index === 0 ? [] : ['\n']),
        ...line.map(({ content, color }) => {
          // `var(--token-string)`: the theme's own way to name what a part of the code is.
          const kind = /^var\(--token-([a-z-]+)\)$/.exec(color ?? '')?.[1];
          return kind === undefined
            ? content
            : element('span', { className: [`tok-${kind}`] }, [content]);
        }),
      ]);
    },
  };
}
