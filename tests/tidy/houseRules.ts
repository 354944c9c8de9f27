import type { SourceFile } from './sourceFile.js';

const linesMax = 400;

const storeChildEvents = new Set(['message', 'disconnect', 'SIGINT', 'SIGTERM']);

/** Constructs that stay out of the repository, each with the reason that the message gives. */
const forbidden = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, why: 'finish it or leave it out' },
  { pattern: /@ts-(ignore|nocheck)/, why: 'fix the type' },
  { pattern: /@ts-expect-error\s*$/, why: 'say which error and why' },
  { pattern: /\b(it|test|describe)\.(only|skip|todo|fails)\b/, why: 'every test runs' },
  { pattern: /(eslint|oxlint)-disable(?!.*--\s*\S)/, why: 'add `-- reason`' },
  { pattern: /prettier-ignore(?!.*--\s*\S)/, why: 'add `-- reason`' },
];

/** One sentence for each forbidden construct, with its line. The rules' own files name them and are left out. */
export function forbiddenConstructs(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /\.(ts|tsx|mjs|css|sql)$/.test(path) && !/^tests\/tidy[./]/.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          forbidden
            .filter(({ pattern }) => pattern.test(line))
            .map(({ pattern, why }) => `${path}:${index + 1}: ${pattern.exec(line)?.[0]}: ${why}`),
        ),
    );
}

/** Files longer than a reader can hold. */
export function longFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /\.(ts|tsx|mjs|css|sql)$/.test(path))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${linesMax}`);
}

/**
 * The environment and the signals are read in `server/main.ts` alone. The store's child process may talk to its
 * parent (`message`, `disconnect`), outlive a Ctrl-C that is meant for the parent, and end itself.
 */
export function ambientReads(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /^server\/.*\.ts$/.test(path) && path !== 'server/main.ts')
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        if (/^\s*(\*|\/\/|\/\*)/.test(line)) return [];
        const at = `${path}:${index + 1}`;
        const event = /process\s*\.\s*(?:on|once|addListener)\(\s*'(\w+)'/.exec(line)?.[1];
        const childMay = path.startsWith('server/store/');
        const found = [];
        if (/\bprocess\s*\.\s*env\b|\benv\s*\}?\s*=\s*process\b/.test(line)) {
          found.push(`${at}: reads the environment; only server/main.ts may`);
        }
        if (event && !(childMay && storeChildEvents.has(event))) {
          found.push(`${at}: handles the process event ${event}; only server/main.ts may`);
        }
        if (/\bprocess\s*\.\s*exit\(/.test(line) && !childMay) {
          found.push(`${at}: ends the process; only server/main.ts may`);
        }
        return found;
      }),
    );
}

/** Alerts without a runbook, runbooks without an alert, and two runbooks for one alert. */
export function runbookMismatches(
  alertNames: readonly string[],
  runbooks: readonly { path: string; alert: string | null }[],
): string[] {
  const missing = alertNames
    .filter((name) => !runbooks.some(({ alert }) => alert === name))
    .map((name) => `${name}: has no runbook`);
  const wrong = runbooks.flatMap(({ path, alert }) => {
    if (alert === null) return [`${path}: names no alert in its front matter`];
    if (!alertNames.includes(alert)) return [`${path}: no alert is called ${alert}`];
    if (path !== `runbooks/${alert}.md`) return [`${path}: should be runbooks/${alert}.md`];
    return [];
  });
  const doubled = alertNames
    .filter((name) => runbooks.filter(({ alert }) => alert === name).length > 1)
    .map((name) => `${name}: has more than one runbook`);
  return [...missing, ...wrong, ...doubled];
}
