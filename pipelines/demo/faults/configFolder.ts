import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../batch/atomicFile.js';

/**
 * Changes the files of a configuration so that every change can be taken back, also by the next process when this one was
 * killed: what is added to a file stands between two marks of its fault.
 */
export class ConfigFolder {
  readonly #folder: string;
  readonly #first: string;
  readonly #last: string;

  /** @param alert the fault that changes them. */
  constructor(folder: string, alert: string) {
    this.#folder = folder;
    this.#first = `# >>> game day ${alert}: taken away again at its end`;
    this.#last = `# <<< game day ${alert}`;
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Adds entries to a list of a file, as `addEntry('budgets.yaml', 'budgets', '- id: a\n')`; what was added before goes. */
  async addEntry(name: string, key: string, entry: string): Promise<void> {
    const lines = (await this.#withoutMarked(name)).split('\n');
    const at = lines.findIndex((line) => new RegExp(`^${key}:\\s*(#.*)?$`).test(line));
    const indented = entry.trimEnd().replaceAll(/^/gm, '  ');
    if (at >= 0) lines.splice(at + 1, 0, this.#first, indented, this.#last);
    else lines.splice(-1, 0, this.#first, `${key}:`, indented, this.#last);
    await writeAtomic(this.pathOf(name), lines.join('\n'));
  }

  /** Adds keys at the end of a file; what was added before goes. */
  async addKeys(name: string, keys: string): Promise<void> {
    const text = await this.#withoutMarked(name);
    await writeAtomic(
      this.pathOf(name),
      `${text}${this.#first}\n${keys.trimEnd()}\n${this.#last}\n`,
    );
  }

  /** Takes away what `addEntry` and `addKeys` added. */
  async restore(name: string): Promise<void> {
    const text = await this.#withoutMarked(name);
    if (text.trim() === '') await rm(this.pathOf(name), { force: true });
    else await writeAtomic(this.pathOf(name), text);
  }

  /** A file of its own. */
  async write(name: string, text: string): Promise<void> {
    await writeAtomic(this.pathOf(name), text);
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  async #withoutMarked(name: string): Promise<string> {
    const text = await readFile(this.pathOf(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const kept: string[] = [];
    let isMarked = false;
    for (const line of text.split('\n')) {
      if (line === this.#first) isMarked = true;
      if (!isMarked) kept.push(line);
      if (line === this.#last) isMarked = false;
    }
    return kept.join('\n');
  }
}
