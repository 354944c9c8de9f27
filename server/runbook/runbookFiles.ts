/** The Markdown files of a folder of runbooks, for whoever reads them: what is served is what is linted. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

const DEPTH_MAX = 8;

/**
 * With those of the folders in it, which come after its own, in the order of names. What begins with a dot is left by editors
 * and systems; it and installed packages are left out.
 * @throws what the file system says of a folder that cannot be read
 */
export async function runbookFiles(folder: string, depth = 0): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.md'))
    .map(({ name }) => join(folder, name));
  if (depth === DEPTH_MAX) return found;
  for (const entry of entries) {
    if (entry.isDirectory())
      found.push(...(await runbookFiles(join(folder, entry.name), depth + 1)));
  }
  return found;
}

/** A file whose name starts with `_` is to be copied, not opened by an alert. */
export const isTemplate = (file: string): boolean => basename(file).startsWith('_');
