/** The OpenSLO objects of all files, by kind and name; what is wrong with them is gathered, not thrown. */
import { fault, parseYamlDocuments, schemaFaults } from '../yamlFile.js';
import type { YamlDocument, YamlPath } from '../yamlFile.js';
import { KINDS, type Kind, type Metadata, type SpecOf } from './schema.js';

const API_VERSION = 'openslo/v1';

/** A part of a document that faults can be told of. */
export class Place {
  readonly document: YamlDocument;
  readonly path: YamlPath;
  readonly #faults: string[];

  constructor(document: YamlDocument, path: YamlPath, faults: string[]) {
    this.document = document;
    this.path = path;
    this.#faults = faults;
  }

  at(...path: YamlPath): Place {
    return new Place(this.document, [...this.path, ...path], this.#faults);
  }

  refuse(message: string): void {
    this.#faults.push(fault(this.document, this.path, message));
  }

  get line(): number {
    return this.document.lineOf(this.path);
  }
}

export interface OpenSloObject<K extends Kind = Kind> {
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: SpecOf<K>;
  readonly place: Place;
}

export class OpenSloObjects {
  readonly faults: string[] = [];
  readonly #objects: OpenSloObject[] = [];
  /** Names whose object is there, whole or not: who refers to one is not at fault. */
  readonly #places = new Map<string, Place>();

  add(file: string, text: string): void {
    const { documents, faults } = parseYamlDocuments(file, text);
    this.faults.push(...faults);
    for (const document of documents) this.#addDocument(document);
  }

  /** What of a file that stands is not there yet; it holds no faults. */
  addStanding(file: string, text: string): void {
    for (const document of parseYamlDocuments(file, text).documents) {
      const { kind, name } = headOf(document.value);
      if (isKind(kind) && name !== null && this.#places.has(keyOf(kind, name))) continue;
      this.#addDocument(document);
    }
  }

  all<K extends Kind>(kind: K): OpenSloObject<K>[] {
    return this.#objects.filter((object): object is OpenSloObject<K> => object.kind === kind);
  }

  /** @returns null when it is not there, or not whole; the first is told as a fault of who asks. */
  find<K extends Kind>(kind: K, name: string, asker: Place): OpenSloObject<K> | null {
    if (!this.#places.has(keyOf(kind, name))) asker.refuse(`there is no ${kind} ${name}`);
    return this.all(kind).find(({ metadata }) => metadata.name === name) ?? null;
  }

  #addDocument(document: YamlDocument): void {
    const top = new Place(document, [], this.faults);
    const { apiVersion, kind, name } = headOf(document.value);
    if (apiVersion !== API_VERSION) {
      return top.at('apiVersion').refuse(`must be ${API_VERSION}`);
    }
    if (!isKind(kind)) {
      const known = Object.keys(KINDS).join(', ');
      const why = kind === 'DataSource' ? ': Burnbook reads what it has stored itself' : '';
      return top.at('kind').refuse(`${String(kind)} is not supported${why}; there are ${known}`);
    }
    if (name !== null && !this.#claim(kind, name, top)) return;
    const result = KINDS[kind].safeParse(document.value);
    if (!result.success) {
      this.faults.push(...schemaFaults(document, result.error));
      return;
    }
    const { metadata, spec } = result.data;
    this.#objects.push({ kind, metadata, spec, place: top });
  }

  #claim(kind: Kind, name: string, top: Place): boolean {
    const key = keyOf(kind, name);
    const first = this.#places.get(key);
    const place = top.at('metadata', 'name');
    if (first) place.refuse(`${kind} ${name} stands at ${first.document.file}:${first.line} too`);
    else this.#places.set(key, place);
    return first === undefined;
  }
}

const keyOf = (kind: Kind, name: string): string => `${kind} ${name}`;
const isKind = (kind: unknown): kind is Kind =>
  typeof kind === 'string' && Object.hasOwn(KINDS, kind);

function headOf(value: unknown): { apiVersion: unknown; kind: unknown; name: string | null } {
  const top = (value ?? {}) as { apiVersion?: unknown; kind?: unknown; metadata?: unknown };
  const name = ((top.metadata ?? {}) as { name?: unknown }).name;
  return {
    apiVersion: top.apiVersion,
    kind: top.kind,
    name: typeof name === 'string' ? name : null,
  };
}
