import type { Options } from 'rehype-sanitize';

const attributes = {
  code: [['className', /^language-[\w-]{1,32}$/]],
  input: [['type', 'checkbox'], ['disabled', true], 'checked'],
  ol: ['start'],
  td: [['align', 'left', 'center', 'right']],
  th: [['align', 'left', 'center', 'right']],
  // The ends of footnotes; what a text writes there itself can only look like another footnote.
  a: ['href', 'title', ['id', /^user-content-fnref-[\w-]{1,64}$/], 'ariaLabel'],
  li: [['id', /^user-content-fn-[\w-]{1,64}$/]],
  section: [['className', 'footnotes']],
} satisfies Options['attributes'];

/**
 * What a rendered runbook may hold: text, lists, tables, code and links. No image (it would call out to its host on
 * every reading), no raw HTML, no style, no id or class from the text; the renderer adds its own afterwards.
 */
export const sanitizeSchema: Options = {
  tagNames:
    'h2 h3 h4 h5 h6 p br hr blockquote ul ol li input strong em del code pre a sup section table thead tbody tr th td'.split(
      ' ',
    ),
  attributes,
  // A link without a protocol (a path of this server, a fragment) is allowed by the sanitiser itself.
  protocols: { href: ['http', 'https', 'mailto'] },
  required: { input: { type: 'checkbox', disabled: true } },
  ancestors: {
    tbody: ['table'],
    thead: ['table'],
    tr: ['table'],
    td: ['table'],
    th: ['table'],
  },
  strip: ['script', 'style'],
  clobber: [],
  allowComments: false,
  allowDoctypes: false,
};

/** Of Markdown from elsewhere: the same, and of its own HTML what is text or folds away. */
export const documentSchema: Options = {
  ...sanitizeSchema,
  tagNames: [
    ...(sanitizeSchema.tagNames ?? []),
    ...'b i u s kbd samp var mark small sub dl dt dd details summary figure figcaption tfoot caption div span'.split(
      ' ',
    ),
  ],
  attributes: { ...attributes, details: ['open'] },
  ancestors: { ...sanitizeSchema.ancestors, summary: ['details'], tfoot: ['table'] },
  // What is inside these is no text either.
  strip: [
    'script',
    'style',
    'iframe',
    'object',
    'template',
    'noscript',
    'svg',
    'math',
    'textarea',
    'title',
  ],
};
