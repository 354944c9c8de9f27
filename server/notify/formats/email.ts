/** A message as an e-mail: plain text, and the same as HTML. */
import type { EmailDestination } from '@burnbook/domain/notify/notifySettings';
import { NS_PER_MS } from '@burnbook/domain/time';
import { messageText } from '../messageText.js';
import type { Outgoing } from './wireRequest.js';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly references: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
}

const SUBJECT_MAX = 200;

export function email(
  { messageId, message, replaces, nowNs }: Outgoing,
  { from, to }: EmailDestination,
): Mail {
  const { title, summary, facts, links, notes } = messageText(message, replaces);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const factLines = facts.map(([name, value]) => `${name}: ${value}`);
  const linkLines = links.map(([name, url]) => `${name}: ${url}`);
  return {
    from,
    to,
    subject: title.slice(0, SUBJECT_MAX).toWellFormed(),
    text: [
      summary,
      '',
      ...linkLines,
      '',
      ...factLines,
      ...notes.flatMap((note) => ['', note]),
      '',
    ].join('\n'),
    html: [
      '<!doctype html><html><body>',
      `<h1 style="font-size:18px">${html(title)}</h1>`,
      `<p>${html(summary)}</p>`,
      `<p>${links.map(([name, url]) => `<a href="${html(url)}">${html(name)}</a>`).join(' · ')}</p>`,
      '<table>',
      ...facts.map(
        ([name, value]) =>
          `<tr><th align="left" valign="top">${html(name)}</th><td>${html(value)}</td></tr>`,
      ),
      '</table>',
      ...notes.map((note) => `<p>${html(note)}</p>`),
      '</body></html>',
    ].join('\n'),
    // The same over all tries: mail programs show one that came twice once.
    messageId: `<${messageId}@${domain}>`,
    // What is told of one alert stands in one thread.
    references: `<${message.dedupKey}@${domain}>`,
    date: new Date(Number(nowNs / NS_PER_MS)),
    headers: { 'auto-submitted': 'auto-generated', 'x-burnbook-alert': message.alert.name },
  };
}

const html = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
