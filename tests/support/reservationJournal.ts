/** The journal of reservations as it lies in a data folder. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export async function journalFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.journal'));
  return names.toSorted().map((name) => path.join(folder, name));
}

/** The lines in each of its files: zeros follow them. */
export async function journalTexts(folder: string): Promise<string[]> {
  const files = await journalFiles(folder);
  return Promise.all(files.map(async (file) => (await readFile(file, 'utf8')).replace(/\0+$/, '')));
}
