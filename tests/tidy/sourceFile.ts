import { readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

/** A file of the repository: its path from the root with forward slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** One `import`, `export … from` or `import()`: as written, and the repository file it means, if it is one. */
export interface Import {
  specifier: string;
  typeOnly: boolean;
  target: string | null;
}

const checkedEnding = /\.(ts|tsx|mjs|css|sql|md)$/;
const foreignFolders = new Set(['node_modules', 'dist', '.git', '.data', 'coverage']);

/** Every checked file below `root`, sorted by path. */
export function readSourceFiles(root: string): SourceFile[] {
  return walk(root)
    .map((absolute) => ({
      path: relative(root, absolute).replaceAll('\\', '/'),
      text: readFileSync(absolute, 'utf8'),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What a file imports. Static imports are found where prettier puts them: at the start of a line. `exists` answers
 * for paths from the root; specifiers end in `.js` where the file ends in `.ts` or `.tsx`.
 */
export function importsOf(file: SourceFile, exists: (path: string) => boolean): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    found.push({ specifier, typeOnly, target: resolve(file.path, specifier, exists) });
  };
  for (const [, keyword, specifier] of file.text.matchAll(
    /^(import type|import|export type|export)\s+(?:[\w$*{},\s]+?\s+from\s+)?['"]([^'"\n]+)['"]/gm,
  )) {
    if (keyword !== undefined && specifier !== undefined) add(specifier, keyword.endsWith(' type'));
  }
  for (const [, typeOf, specifier] of file.text.matchAll(
    /(typeof\s+)?\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g,
  )) {
    if (specifier !== undefined) add(specifier, typeOf !== undefined);
  }
  return found;
}

function resolve(
  from: string,
  specifier: string,
  exists: (path: string) => boolean,
): string | null {
  const workspace = /^@burnbook\/(\w+)(?:\/(.+))?$/.exec(specifier);
  const path = workspace
    ? `${workspace[1]}/${workspace[2] ?? 'index'}`
    : specifier.startsWith('.')
      ? posix.join(posix.dirname(from), specifier)
      : null;
  if (path === null) return null;
  const bare = path.replace(/\.js$/, '');
  return [`${bare}.ts`, `${bare}.tsx`, path].find(exists) ?? null;
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (foreignFolders.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return checkedEnding.test(entry.name) ? [path] : [];
  });
}
