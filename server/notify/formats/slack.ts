/** Slack's incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks", "Block Kit"). */
import { messageText } from '../messageText.js';
import type { Format } from './wireRequest.js';

const HEADER_MAX = 150;
const SECTION_MAX = 3_000;
const FIELD_MAX = 2_000;
const FIELDS_MAX = 10;
const URL_MAX = SECTION_MAX / 3;

export const slack: Format = ({ messageId, message, replaces }) => {
  const { title, summary, facts, links, notes } = messageText(message, replaces);
  const linkLine = links.map(([name, url]) => `<${linkUrl(url)}|${name}>`).join(' · ');
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(title, HEADER_MAX), emoji: false } },
    section(escaped(summary, SECTION_MAX)),
    {
      type: 'section',
      fields: facts
        .slice(0, FIELDS_MAX)
        .map(([name, value]) =>
          mrkdwn(`*${escaped(name, 100)}*\n${escaped(value, FIELD_MAX - 120)}`),
        ),
    },
    section(linkLine),
    ...notes.map((note) => ({ type: 'context', elements: [mrkdwn(escaped(note, FIELD_MAX))] })),
  ];
  return {
    headers: { 'content-type': 'application/json', 'idempotency-key': messageId },
    body: JSON.stringify({
      text: escaped(`${title}: ${summary}`, SECTION_MAX),
      blocks,
      unfurl_links: false,
      unfurl_media: false,
    }),
  };
};

const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });

/** `verbatim`: Slack makes no links of its own out of names. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });

/** The three characters that Slack reads as control: `<!channel>` in a text of ours calls nobody. Never cut inside one. */
function escaped(text: string, lengthMax: number): string {
  let out = '';
  for (const character of text) {
    const next = ESCAPES[character] ?? character;
    if (out.length + next.length > lengthMax - 1) return `${out}…`;
    out += next;
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** An address that is cut in the middle leads nowhere: of one that is too long the question is left out. */
function linkUrl(url: string): string {
  const whole = escaped(url.replaceAll('|', '%7C'), URL_MAX);
  return whole.endsWith('…') ? escaped(url.replace(/\?.*$/, ''), URL_MAX) : whole;
}

const cut = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
