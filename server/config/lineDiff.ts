/** A unified diff of two texts, as `patch` takes it. */

const CONTEXT_LINES = 3;
/** The table below is the product of both lengths; longer texts are shown as a whole. */
const LINES_MAX = 4_000;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** @returns '' where nothing differs. */
export function lineDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines).map((hunk) => hunkText(lines, hunk));
  return [`--- a/${name}`, `+++ b/${name}`, ...hunks, ''].join('\n');
}

/**
 * Applies what changed between two spellings to a third text that is, line by line, another spelling of the first.
 * @returns the second where the lines do not correspond.
 */
export function patchedLines(text: string, before: string, after: string): string {
  const own = linesOf(text);
  const from = linesOf(before);
  if (own.length !== from.length) return after;
  let next = 0;
  const lines = compare(from, linesOf(after)).flatMap((line) => {
    if (line.mark === '+') return [line.text];
    const kept = own[next++] ?? line.text;
    return line.mark === ' ' ? [kept] : [];
  });
  return `${lines.join('\n')}\n`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** By the longest common subsequence of what lies between the equal beginning and the equal end. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ mark: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ mark: '-', text });
  const added = (text: string): Line => ({ mark: '+', text });
  if (a.length + b.length > LINES_MAX) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && left === right) {
      lines.push({ mark: ' ', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left));
      i++;
    } else if (right !== undefined) {
      lines.push(added(right));
      j++;
    }
  }
  return lines;
}

/** Ranges of lines with their surroundings; those that touch are one. */
function hunksOf(lines: readonly Line[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  lines.forEach(({ mark }, index) => {
    if (mark === ' ') return;
    const from = Math.max(0, index - CONTEXT_LINES);
    const to = Math.min(lines.length, index + CONTEXT_LINES + 1);
    const last = hunks.at(-1);
    if (last && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  return hunks;
}

function hunkText(lines: readonly Line[], { from, to }: { from: number; to: number }): string {
  const shown = lines.slice(from, to);
  const count = (part: readonly Line[], other: '-' | '+'): number =>
    part.filter(({ mark }) => mark !== other).length;
  const range = (other: '-' | '+'): string => {
    const length = count(shown, other);
    const start = count(lines.slice(0, from), other) + (length === 0 ? 0 : 1);
    return `${start},${length}`;
  };
  const body = shown.map(({ mark, text }) => `${mark}${text}`).join('\n');
  return `@@ -${range('+')} +${range('-')} @@\n${body}`;
}
