import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('both packages can be packed, installed elsewhere and imported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'burnbook-pack-'));
  try {
    const pack = ['pack', '-w', 'domain', '-w', 'collectors', '--pack-destination', folder];
    await run('npm', [...pack, '--ignore-scripts', '--silent'], { cwd: ROOT });
    const tarballs = (await readdir(folder)).sort();
    expect(tarballs).toEqual(['burnbook-collectors-0.1.0.tgz', 'burnbook-domain-0.1.0.tgz']);
    await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', [...install, '--silent', ...tarballs.map((name) => `./${name}`)], {
      cwd: folder,
    });
    const code = `
      import { pipeline, step, createCollector } from '@burnbook/collectors';
      import { KEY } from '@burnbook/domain/semconv';
      const collector = createCollector({ disabled: true });
      const value = await pipeline('p', { collector }).run({}, () => step('s', () => KEY.runId));
      console.log(value);
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
      cwd: folder,
    });
    expect(stdout).toBe('pipeline.run.id\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
