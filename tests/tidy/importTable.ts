import { importsOf, type SourceFile } from './sourceFile.js';

/**
 * Who may import whom. An area is a folder (or a file without its ending); a file belongs to the longest one that
 * holds it, may import its own area, and those listed. `type:` allows types alone.
 */
const server = (...more: string[]) => ['domain', 'server/contract', ...more];
const capability = server('server/store');
const capabilities = [
  'server/cost',
  'server/slo',
  'server/retry',
  'server/profile',
  'server/quality',
  'server/runbook',
];
const belowApi = [
  'server/otlp',
  'server/openlineage',
  'server/ingest',
  'server/store',
  'server/alert',
  'server/notify',
  'server/config',
  'server/check',
  'server/execution',
  ...capabilities,
];
export const importTable: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  collectors: ['domain'],
  'server/contract': ['domain'],
  'server/net': [],
  'server/config': ['domain', 'server/net'],
  'server/otlp': ['domain'],
  'server/openlineage': ['domain'],
  'server/ingest': ['domain', 'server/otlp', 'server/openlineage', 'server/store'],
  'server/store': ['domain'],
  ...Object.fromEntries(capabilities.map((area) => [area, capability])),
  'server/alert': server('server/store', ...capabilities),
  'server/notify': server('server/store', 'server/net'),
  'server/check': server('server/store', 'server/alert', 'server/notify', ...capabilities),
  'server/execution': server('server/store', 'server/runbook', 'server/check', 'server/alert'),
  'server/api': server(...belowApi),
  'server/server': server(...belowApi, 'server/api'),
  'server/main': server(...belowApi, 'server/api', 'server/server'),
  web: ['domain', 'type:server/contract'],
  pipelines: ['collectors'],
  bench: ['domain', 'collectors', 'server', 'web', 'pipelines', 'tests'],
  tests: ['domain', 'collectors', 'server', 'web', 'pipelines', 'bench', 'build'],
};

/** Packages that only some areas may import. */
const guardedPackages = [
  { pattern: /^@duckdb\//, allowed: ['server/store', 'pipelines', 'tests', 'bench'] },
  { pattern: /^hono(\/|$)/, allowed: ['server/api', 'web', 'tests', 'bench'] },
  { pattern: /^@hono\//, allowed: ['server/api', 'server/server', 'tests', 'bench'] },
];

/** One sentence for each import that the table does not allow. */
export function importViolations(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.filter(isCode).flatMap((file) => {
    const area = areaOf(file.path);
    if (area === null) {
      return file.path.includes('/')
        ? [`${file.path}: belongs to no area of the import table`]
        : [];
    }
    return importsOf(file, (path) => paths.has(path)).flatMap(({ specifier, typeOnly, target }) => {
      const guarded = guardedPackages.find(({ pattern }) => pattern.test(specifier));
      if (guarded && !guarded.allowed.includes(area)) {
        return [`${file.path}: imports ${specifier}; only ${guarded.allowed.join(', ')} may`];
      }
      if (target === null) return [];
      const allowed = [area, ...(importTable[area] ?? [])].some((entry) =>
        entry.startsWith('type:')
          ? typeOnly && isIn(target, entry.slice('type:'.length))
          : isIn(target, entry),
      );
      return allowed ? [] : [`${file.path}: ${area} may not import ${target}`];
    });
  });
}

/** Each import cycle once, as `a → b → a`; imports of types count too. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const edges = new Map(
    files
      .filter(isCode)
      .map((file) => [
        file.path,
        importsOf(file, (path) => paths.has(path)).flatMap(({ target }) => target ?? []),
      ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const next of edges.get(path) ?? []) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return cycles;
}

function isCode({ path }: SourceFile): boolean {
  return /\.(ts|tsx|mjs)$/.test(path);
}

function areaOf(path: string): string | null {
  const holding = Object.keys(importTable).filter((area) => isIn(path, area));
  return holding.sort((a, b) => b.length - a.length)[0] ?? null;
}

function isIn(path: string, area: string): boolean {
  return path.startsWith(`${area}/`) || path.replace(/\.(ts|tsx|mjs)$/, '') === area;
}
