/**
 * The UTC day of a raw message as `YYYY-MM-DD`: of its `Date:` header, else of the newest
 * `Received:` line, since 90 of the corpus's dates cannot be read. Null when neither can.
 */
export function mailDate(raw: Uint8Array): string | null {
  const header = headerText(raw);
  const stamps = [
    /^date:(.*(?:\r?\n[ \t].*)*)/im.exec(header)?.[1],
    /^received:(?:.*(?:\r?\n[ \t].*)*);(.*(?:\r?\n[ \t].*)*)/im.exec(header)?.[1],
  ];
  for (const stamp of stamps) {
    const time = stamp === undefined ? Number.NaN : parseMailTime(stamp);
    if (!Number.isNaN(time)) return new Date(time).toISOString().slice(0, 10);
  }
  return null;
}

/**
 * Milliseconds since 1970 of an RFC 5322 date, comments allowed; NaN when it cannot be read. Without
 * a zone it is UTC, not this machine's zone: a row must not change its partition with the machine.
 */
export function parseMailTime(stamp: string): number {
  const text = stamp.replace(/\([^()]*\)/g, ' ').trim();
  const time = Date.parse(/:\d\d$/.test(text) ? `${text} +0000` : text);
  const year = new Date(time).getUTCFullYear();
  return year >= 1980 && year < 2100 ? time : Number.NaN;
}

/** A header longer than this is cut: it bounds the regular expressions above. */
const headerBytesMax = 64 * 1024;

function headerText(raw: Uint8Array): string {
  const text = Buffer.from(raw.subarray(0, headerBytesMax)).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  return text.slice(0, end);
}
