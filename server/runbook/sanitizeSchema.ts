import type { Options } from 'rehype-sanitize';

/**
 * What a rendered runbook may hold: text, lists, tables, code and links. No image (it would call out to its host on
 * every reading), no raw HTML, no style, no id or class from the text; the renderer adds its own afterwards.
 */
export const sanitizeSchema: Options = {
  tagNames:
    'h2 h3 h4 h5 h6 p br hr blockquote ul ol li input strong em del code pre a table thead tbody tr th td'.split(
      ' ',
    ),
  attributes: {
    a: ['href', 'title'],
    code: [['className', /^language-[\w-]{1,32}$/]],
    input: [['type', 'checkbox'], ['disabled', true], 'checked'],
    ol: ['start'],
    td: [['align', 'left', 'center', 'right']],
    th: [['align', 'left', 'center', 'right']],
  },
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
