import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import root from '../../package.json' with { type: 'json' };

/** A started browser, or why there is none. */
export type BrowserOrReason =
  { browser: Browser; name: string } | { browser: null; reason: string };

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Candidate {
  name: string;
  /** null: not on this machine. */
  path: () => Promise<string | null>;
}

/**
 * Starts the first Chromium that works: the one of `BURNBOOK_CHROMIUM`, then the one that npm installs
 * (`@sparticuz/chromium`, which needs libnss3 and libexpat of the system and nothing else), then the system's. The one of
 * npm is the same for everybody, and has no window: without a browser around its pages it takes a quarter less CPU.
 */
export async function launchBrowser(): Promise<BrowserOrReason> {
  const tried: string[] = [];
  for (const candidate of candidates()) {
    try {
      const path = await candidate.path();
      if (path === null) {
        tried.push(`${candidate.name}: not there`);
        continue;
      }
      const browser = await chromium.launch({
        executablePath: path,
        chromiumSandbox: false,
        args: ARGUMENTS,
        timeout: 20_000,
      });
      return { browser, name: `${candidate.name} ${browser.version()}` };
    } catch (error) {
      tried.push(`${candidate.name}: ${firstLines(error)}`);
    }
  }
  return {
    browser: null,
    reason: `no Chromium starts. Set BURNBOOK_CHROMIUM to one, or install libnss3 and libexpat1 for the one of npm.\n  ${tried.join('\n  ')}`,
  };
}

function candidates(): Candidate[] {
  const own = process.env['BURNBOOK_CHROMIUM'];
  return [
    ...(own ? [{ name: `BURNBOOK_CHROMIUM (${own})`, path: () => existing(own) }] : []),
    {
      name: '@sparticuz/chromium',
      path: unpacked,
    },
    ...['/usr/bin/chromium', '/usr/bin/google-chrome'].map((path) => ({
      name: path,
      path: () => existing(path),
    })),
  ];
}

/** Unpacked once a machine: in a folder of its own first, so that nobody finds half of it. */
async function unpacked(): Promise<string> {
  const { default: packed } = await import('@sparticuz/chromium');
  const shared = tmpdir();
  const folder = join(shared, `burnbook-chromium-${root.devDependencies['@sparticuz/chromium']}`);
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;
  const own = await mkdtemp(join(shared, 'burnbook-chromium-'));
  // It unpacks to the folder of temporary files.
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = own;
  try {
    const made = await packed.executablePath();
    if (basename(made) !== 'chromium') throw new Error(`unpacked to ${made}`);
    await rename(own, folder).catch((error: unknown) => {
      // Somebody else was quicker.
      if (!existsSync(path)) throw error;
    });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(own, { recursive: true, force: true });
  }
  return path;
}

async function existing(path: string): Promise<string | null> {
  return Promise.resolve(existsSync(path) ? path : null);
}

function firstLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').slice(0, 4).join(' ').slice(0, 400);
}
