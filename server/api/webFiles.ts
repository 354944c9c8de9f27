/** The built page: hashed files are kept for a year, everything else is asked for each time. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

export class WebFiles {
  readonly #folder: string;
  readonly #kept = new Map<string, Buffer | null>();

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
  }

  /** Text of `index.html`; null when the page was not built. */
  async index(): Promise<string | null> {
    return (await this.#read('index.html'))?.toString('utf8') ?? null;
  }

  /** The file of a request's path, or null when there is none. */
  async answer(context: Context): Promise<Response | null> {
    const name = decodeURIComponent(context.req.path).replace(/^\/+/, '');
    const type = TYPES[path.extname(name)];
    if (type === undefined) return null;
    const body = await this.#read(name);
    if (!body) return null;
    return context.body(new Uint8Array(body), 200, {
      'content-type': type,
      'cache-control': name.startsWith('assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
    });
  }

  async #read(name: string): Promise<Buffer | null> {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const file = path.resolve(this.#folder, name);
    if (!file.startsWith(this.#folder + path.sep)) return null;
    try {
      const body = await readFile(file);
      this.#kept.set(name, body);
      return body;
    } catch {
      return null;
    }
  }
}
