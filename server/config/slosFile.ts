/** `slos/*.yaml`: objectives in OpenSLO v1, several objects to a file, in folders too, which may refer to one another across files. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { alertNames } from '@burnbook/domain/alertNames';
import type { Slo } from '@burnbook/domain/slo/slo';
import { OpenSloObjects } from './openSlo/objects.js';
import { readSlo, type SloContext } from './openSlo/slo.js';
import { ConfigError } from './yamlFile.js';

/** Each is judged every 30 seconds. */
const SLOS_MAX = 1_000;
const FILES_MAX = 500;
const FILE_LENGTH_MAX = 1_000_000;

export interface SlosFile {
  readonly slos: readonly Slo[];
  /** The YAML document of each, by the name of the SLO. */
  readonly texts: ReadonlyMap<string, string>;
  /** All that was read, for a proposal that refers to it. */
  readonly files?: readonly SloText[];
}

export interface SloText {
  readonly file: string;
  readonly text: string;
}

export interface SlosContext {
  readonly pipelines: SloContext['pipelines'];
  /** Names of alerts that have a runbook; all that the product has unless said. */
  readonly runbooks?: readonly string[];
  /** Destinations of `notify.yaml`; any unless said. */
  readonly destinations?: readonly string[];
}

export const NO_SLOS: SlosFile = { slos: [], texts: new Map() };

/** @throws ConfigError with a line for every fault of every file. */
export async function loadSlos(folder: string, context: SlosContext): Promise<SlosFile> {
  const names = (await filesIn(folder))
    .filter((name) => !isHidden(name) && isYaml(name))
    .toSorted();
  if (names.length > FILES_MAX) {
    throw new ConfigError(`${folder}:1: there may be at most ${FILES_MAX} files`);
  }
  const files: SloText[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    files.push({ file, text: await readText(file) });
  }
  return readSlos(files, context);
}

/** The same of texts that are at hand. */
export function readSlos(files: readonly SloText[], context: SlosContext): SlosFile {
  const objects = new OpenSloObjects();
  for (const { file, text } of files) {
    if (text.length > FILE_LENGTH_MAX) objects.faults.push(`${file}:1: is longer than 1 MB`);
    else objects.add(file, text);
  }
  const slos: Slo[] = [];
  const texts = new Map<string, string>();
  for (const object of objects.all('SLO')) {
    const { pipelines, runbooks = alertNames, destinations = null } = context;
    for (const slo of readSlo(object, { objects, pipelines, runbooks, destinations })) {
      if (texts.has(slo.name)) {
        object.place.at('metadata', 'name').refuse(`there are two SLOs ${slo.name}`);
      }
      texts.set(slo.name, object.place.document.text);
      slos.push(slo);
    }
  }
  if (slos.length > SLOS_MAX) {
    objects.faults.push(`${slos[SLOS_MAX]?.file}:1: there may be at most ${SLOS_MAX} SLOs`);
  }
  // A policy that two SLOs share is read for each: what is wrong with it is told once.
  const faults = inOrder([...new Set(objects.faults)]);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return { slos, texts, files };
}

const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);

/** Editors and what mounts folders keep copies of files under names that begin with a dot. */
const isHidden = (name: string): boolean =>
  name.split(path.sep).some((part) => part.startsWith('.'));

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ConfigError(`${folder}:1: cannot be read: ${(error as Error).message}`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}:1: cannot be read: ${(error as Error).message}`);
  }
}

/** Files in the order in which they are told first, each by its lines. */
function inOrder(faults: readonly string[]): string[] {
  const places = faults.map((fault) => {
    const [, file = '', line = '0'] = /^(.*?):(\d+): /.exec(fault) ?? [];
    return { fault, file, line: Number(line) };
  });
  const files = [...new Set(places.map(({ file }) => file))];
  return places
    .toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line)
    .map(({ fault }) => fault);
}
