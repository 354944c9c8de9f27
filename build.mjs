/**
 * Builds everything that is runnable: TypeScript to dist/, the SQL and the runbooks beside it, the page with Vite.
 *
 *   node build.mjs             builds all
 *   node build.mjs --if-stale  builds only the parts whose sources changed since the last build
 *
 * The `pipelines` workspace carries the corpus and the embedding model; who installs without it
 * (`npm ci -w collectors --include-workspace-root`) gets the server and the page alone.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const stampFolder = join(root, 'dist', '.build');
const sourceEnding = /\.(ts|tsx|css|html|json|mjs|sql|md|svg|png|ico|webmanifest|yaml)$/;
const notSources = new Set(['node_modules', 'dist', '.data', 'coverage']);

/** Each part: what it reads, what proves that it was built, how it is built. In the order of need. */
const parts = [
  {
    name: 'code',
    sources: [
      ...tsProjects(),
      'tsconfig.base.json',
      'server/store/migrations',
      'server/store/queries',
      'runbooks',
    ],
    proof: hasSources('server') ? ['dist/server'] : [],
    build: buildCode,
  },
  {
    name: 'page',
    sources: ['web', 'domain', 'server/contract.ts', 'server/contract', 'tsconfig.base.json'],
    proof: hasPage() ? ['dist/web/index.html'] : [],
    build: buildPage,
  },
];

await main(process.argv.slice(2));

async function main(options) {
  const unknown = options.find((option) => option !== '--if-stale');
  if (unknown !== undefined) fail(`unknown option ${unknown}; known: --if-stale`);
  const onlyStale = options.includes('--if-stale');
  if (!existsSync(join(root, 'node_modules', 'typescript'))) {
    fail('dependencies are not installed: run `npm ci` first');
  }
  for (const part of parts) {
    const stamp = join(stampFolder, part.name);
    const signature = signatureOf(part.sources);
    if (onlyStale && isFresh({ stamp, signature, proof: part.proof })) continue;
    const startedMs = performance.now();
    // oxlint-disable-next-line typescript/await-thenable -- only one of the two is asynchronous
    await part.build();
    mkdirSync(stampFolder, { recursive: true });
    // The signature from before the build: what changed meanwhile is stale again.
    writeFileSync(stamp, signature);
    console.log(
      `built the ${part.name} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
    );
  }
}

function buildCode() {
  const projects = tsProjects();
  if (hasSources('pipelines') && !projects.includes('pipelines')) {
    console.log('pipelines: left out, its dependencies are not installed');
  }
  run('tsc', [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', ...projects]);
  pruneCompiled('server', 'dist/server');
  for (const workspace of ['domain', 'collectors', 'pipelines'])
    pruneCompiled(workspace, `${workspace}/dist`);
  mirror('server/store/migrations', 'dist/server/store/migrations', '.sql');
  mirror('server/store/queries', 'dist/server/store/queries', '.sql');
  mirror('runbooks', 'dist/runbooks', '.md');
}

async function buildPage() {
  if (!hasPage()) return;
  const { build } = await import('vite');
  await build({
    root: join(root, 'web'),
    configFile: join(root, 'web', 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(root, 'dist', 'web'), emptyOutDir: true },
  }).catch((error) => fail(`vite: ${error.message}`));
}

/** The TypeScript projects that exist and can be compiled here. */
function tsProjects() {
  const projects = ['domain', 'collectors', 'server'];
  if (pipelinesInstalled()) projects.push('pipelines');
  projects.push('bench');
  return projects.filter(hasSources);
}

function pipelinesInstalled() {
  const { dependencies } = JSON.parse(
    readFileSync(join(root, 'pipelines', 'package.json'), 'utf8'),
  );
  return Object.keys(dependencies).every((name) =>
    [root, join(root, 'pipelines')].some((folder) =>
      existsSync(join(folder, 'node_modules', name)),
    ),
  );
}

function hasSources(folder) {
  return filesUnder(folder).some((file) => file.endsWith('.ts'));
}

function hasPage() {
  return existsSync(join(root, 'web', 'vite.config.ts'));
}

/** Paths relative to the root, sorted; a path to a file is itself. */
function filesUnder(path) {
  const absolute = join(root, path);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(absolute, { withFileTypes: true })
    .filter((entry) => !notSources.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = join(path, entry.name);
      if (entry.isDirectory()) return filesUnder(child);
      return sourceEnding.test(entry.name) ? [child] : [];
    });
}

/** Names, sizes and times of the sources: also notices a file that was taken away. */
function signatureOf(sources) {
  const hash = createHash('sha256').update(process.version);
  for (const file of new Set(sources.flatMap(filesUnder))) {
    const { mtimeMs, size } = statSync(join(root, file));
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}

function isFresh({ stamp, signature, proof }) {
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === signature &&
    proof.every((path) => existsSync(join(root, path)))
  );
}

/** Makes `to` hold exactly the files of `from` with this ending. */
function mirror(from, to, ending) {
  const wanted = new Set(filesUnder(from).filter((file) => file.endsWith(ending)));
  const kept = new Set();
  for (const file of wanted) {
    const target = join(root, to, relative(from, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
    kept.add(target);
  }
  for (const file of existsSync(join(root, to))
    ? readdirSync(join(root, to), { recursive: true })
    : []) {
    const target = join(root, to, file);
    if (target.endsWith(ending) && !kept.has(target)) rmSync(target);
  }
}

/** tsc leaves the output of deleted sources behind, which would be packed, tested or run. */
function pruneCompiled(from, to) {
  if (!existsSync(join(root, to))) return;
  for (const file of readdirSync(join(root, to), { recursive: true })) {
    const source = file.replace(/\.(js|d\.ts)$/, '.ts');
    if (source === file || existsSync(join(root, from, source))) continue;
    rmSync(join(root, to, file));
  }
}

function run(name, command) {
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (error) fail(`${name} could not start: ${error.message}`);
  if (status !== 0) fail(`${name} failed, see above`);
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
