/** The SQL of the store, by file name: one question a file. */
import { readdir, readFile } from 'node:fs/promises';

export class SqlTexts {
  readonly #texts: ReadonlyMap<string, string>;

  private constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  static async load(): Promise<SqlTexts> {
    const folder = new URL('./queries/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.sql'));
    const texts = await Promise.all(
      files.map(async (name): Promise<[string, string]> => [
        name.slice(0, -'.sql'.length),
        await readFile(new URL(name, folder), 'utf8'),
      ]),
    );
    return new SqlTexts(new Map(texts));
  }

  get names(): string[] {
    return [...this.#texts.keys()];
  }

  /** @throws Error when there is no such file. */
  get(name: string): string {
    const text = this.#texts.get(name);
    if (text === undefined) throw new Error(`there is no query ${name}.sql`);
    return text;
  }
}
