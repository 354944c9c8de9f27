/** Changes `budgets.yaml` for the API: comments and order stay, the file is whole at every moment. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  YAMLMap,
  YAMLSeq,
  type Document,
  type Node,
} from 'yaml';
import { budgetsSchema, type BudgetsFile } from './budgetsFile.js';
import { lineDiff, patchedLines } from './lineDiff.js';
import { ConfigError, parseYaml } from './yamlFile.js';

export type BudgetChange =
  | { readonly kind: 'create'; readonly entry: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'edit';
      readonly id: string;
      readonly entry: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'delete'; readonly id: string };

/** What a change would make of the file. */
export interface BudgetDraft {
  readonly file: string;
  readonly text: string;
  readonly budgets: BudgetsFile;
  /** Unified, for a person to apply. */
  readonly diff: string;
}

export interface BudgetsEditorOptions {
  readonly folder: string;
  /** False: drafts are made, never written. */
  readonly writable: boolean;
}

const SPELLING = { lineWidth: 0 };

export class BudgetsEditor {
  readonly writable: boolean;
  readonly #file: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ folder, writable }: BudgetsEditorOptions) {
    this.#file = path.join(folder, 'budgets.yaml');
    this.writable = writable;
  }

  /** Runs one edit after the other: each begins with what the one before has written. */
  inTurn<Result>(edit: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(edit);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** @throws ConfigError when the file would be wrong with the change, or is wrong now. */
  async draft(change: BudgetChange): Promise<BudgetDraft> {
    const before = await this.#read();
    parseYaml(this.#file, before, budgetsSchema);
    const document = parseDocument(before);
    const respelled = document.toString(SPELLING);
    if (!apply(document, change)) {
      throw new ConfigError(
        `${this.#file}:1: the budget is not written here as one entry; edit the file`,
      );
    }
    // The writer has its own blanks in lists and maps: only lines that the change concerns take them.
    const text = patchedLines(before, respelled, document.toString(SPELLING));
    return {
      file: this.#file,
      text,
      budgets: parseYaml(this.#file, text, budgetsSchema),
      diff: lineDiff(path.basename(this.#file), before, text),
    };
  }

  /** Writes a draft: the file is the old one or the new one, also after a power cut. */
  async write({ text }: BudgetDraft): Promise<void> {
    const next = `${this.#file}.${randomUUID()}.tmp`;
    try {
      const handle = await open(next, 'wx', 0o644);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(next, this.#file);
    } catch (error) {
      await rm(next, { force: true });
      throw error;
    }
    const folder = await open(path.dirname(this.#file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}

/** @returns false when the file has no such entry. */
function apply(document: Document, change: BudgetChange): boolean {
  const list = listOf(document);
  if (change.kind === 'create') {
    list.add(entryNode(document, change.entry));
    return true;
  }
  const index = list.items.findIndex((item) => isMap(item) && item.get('id') === change.id);
  if (index < 0) return false;
  if (change.kind === 'delete') list.delete(index);
  else replace(document, list.items[index] as YAMLMap, change.entry);
  return true;
}

function listOf(document: Document): YAMLSeq {
  const found: unknown = document.get('budgets', true);
  if (isSeq(found)) return found;
  const list = new YAMLSeq();
  document.set('budgets', list);
  return list;
}

/** What stays the same keeps its spelling, and all keep their comments. */
function replace(document: Document, map: YAMLMap, entry: Readonly<Record<string, unknown>>): void {
  const before = (map.toJS(document) ?? {}) as Record<string, unknown>;
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(entry, key)) map.delete(key);
  }
  for (const [key, value] of Object.entries(entry)) {
    if (JSON.stringify(before[key]) === JSON.stringify(value)) continue;
    const old: unknown = map.get(key, true);
    if (isScalar(old) && (typeof value !== 'object' || value === null)) {
      old.value = value;
      continue;
    }
    const next = nodeOf(document, value);
    if (isNode(old)) next.comment = old.comment ?? null;
    map.set(key, next);
  }
}

/** Lists and maps in one line, as the examples have them. */
function nodeOf(document: Document, value: unknown): Node {
  const node = document.createNode(value);
  if (isCollection(node)) node.flow = true;
  return node;
}

function entryNode(document: Document, entry: Readonly<Record<string, unknown>>): YAMLMap {
  const map = new YAMLMap();
  for (const [key, value] of Object.entries(entry)) map.set(key, nodeOf(document, value));
  return map;
}
