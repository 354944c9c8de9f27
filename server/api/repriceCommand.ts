/** `burnbook reprice`: asks a running server what pricing its stored lines again would change, and has it done. */
import { isDeepStrictEqual } from 'node:util';
import {
  repricePreviewSchema,
  restatementDetailSchema,
  problemSchema,
  type RepriceGroup,
  type RepricePreview,
  type RestatementDetail,
} from '../contract.js';
import type { z } from 'zod';

export interface RepriceCommandOptions {
  /** Address of the server. */
  readonly url: string;
  readonly token: string | null;
  /** Who does it. */
  readonly actor: string;
  readonly from: string;
  readonly to: string;
  readonly pipeline?: string | undefined;
  readonly kind: string;
  /** null: a preview alone. */
  readonly apply: { readonly why: string } | null;
  readonly write: (line: string) => void;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface UndoCommandOptions extends Pick<
  RepriceCommandOptions,
  'url' | 'token' | 'actor' | 'write' | 'sleep'
> {
  readonly id: string;
  readonly why: string;
}

/** The server refused, or cannot be reached; the message says why. */
export class RepriceCommandError extends Error {
  override readonly name = 'RepriceCommandError';
}

const POLL_MS = 500;

export async function repriceCommand(options: RepriceCommandOptions): Promise<void> {
  const { from, to, pipeline, kind, apply, write } = options;
  const scope = { from, to, kind, ...(pipeline === undefined ? {} : { pipeline }) };
  const preview = await ask(options, '/api/reprice/preview', repricePreviewSchema, scope);
  for (const line of tableOf(preview)) write(line);
  if (!apply) {
    write('Nothing was changed. Add --apply and --why to restate these costs.');
    return;
  }
  // Fixed times, so that what is applied is what was shown.
  const fixed = { ...scope, from: preview.from, to: preview.to };
  const begun = await ask(options, '/api/reprice', restatementDetailSchema, {
    ...fixed,
    why: apply.why,
  });
  const ended = await follow(options, begun);
  for (const line of tableOf(ended)) write(line);
  write(`Restatement ${ended.id} applied. To take it back: burnbook reprice --undo ${ended.id}`);
}

export async function undoCommand(options: UndoCommandOptions): Promise<void> {
  const { id, why, write } = options;
  const path = `/api/reprice/${encodeURIComponent(id)}`;
  const begun = await ask(options, `${path}/undo`, restatementDetailSchema, { why });
  const ended = await follow(options, begun);
  const kept = ended.linesKept > 0 ? `, ${ended.linesKept} kept: they had changed since` : '';
  write(`Restatement ${ended.id} undone: ${ended.linesRestored} lines restored${kept}.`);
}

type Connection = Pick<RepriceCommandOptions, 'url' | 'token' | 'actor' | 'write' | 'sleep'>;

/** Tells the progress until the work has ended. @throws RepriceCommandError when it stopped in the middle. */
async function follow(options: Connection, begun: RestatementDetail): Promise<RestatementDetail> {
  let now = begun;
  let told = { linesDone: -1, state: '' };
  while (now.underWay) {
    const { linesDone, linesTotal, state } = now;
    if (!isDeepStrictEqual(told, { linesDone, state })) {
      options.write(`${state}: ${linesDone} of ${linesTotal} lines`);
      told = { linesDone, state };
    }
    await options.sleep(POLL_MS);
    now = await ask(options, `/api/reprice/${now.id}`, restatementDetailSchema);
  }
  if (now.state === 'interrupted') {
    throw new RepriceCommandError(
      `restatement ${now.id} stopped after ${now.linesDone} of ${now.linesTotal} lines: POST /api/reprice/${now.id}/resume goes on, burnbook reprice --undo ${now.id} takes it back`,
    );
  }
  return now;
}

async function ask<Schema extends z.ZodType>(
  { url, token, actor }: Connection,
  path: string,
  schema: Schema,
  body?: object,
): Promise<z.infer<Schema>> {
  let answer: Response;
  try {
    answer = await fetch(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        'burnbook-actor': encodeURIComponent(actor),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new RepriceCommandError(`no Burnbook answers at ${url}: ${why}`);
  }
  const text = await answer.text();
  const json = parsed(text);
  if (answer.ok) {
    const result = schema.safeParse(json);
    if (result.success) return result.data;
    throw new RepriceCommandError(`${url} is no Burnbook of this version`);
  }
  const problem = problemSchema.safeParse(json);
  throw new RepriceCommandError(
    problem.success ? (problem.data.detail ?? problem.data.title) : `${url}: ${answer.status}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Summed = Pick<
  RepricePreview,
  | 'from'
  | 'to'
  | 'lines'
  | 'changed'
  | 'newlyPriced'
  | 'newlyUnpriced'
  | 'unchanged'
  | 'oldUsd'
  | 'newUsd'
  | 'differenceUsd'
> & { readonly items: readonly RepriceGroup[] };

/** One line a model, and the sum. */
function tableOf(summed: Summed): string[] {
  const head = ['', 'lines', 'changed', 'newly priced', 'newly unpriced', 'old $', 'new $', 'by $'];
  const cells = (name: string, row: Omit<Summed, 'from' | 'to' | 'items'>): string[] => [
    name,
    String(row.lines),
    String(row.changed),
    String(row.newlyPriced),
    String(row.newlyUnpriced),
    row.oldUsd,
    row.newUsd,
    row.differenceUsd,
  ];
  const rows = [
    head,
    ...summed.items.map((item) => cells(nameOf(item), item)),
    cells('all', summed),
  ];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    `${summed.from} to ${summed.to}`,
    ...rows.map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    ),
  ];
}

function nameOf({ kind, provider, model, tier }: RepriceGroup): string {
  if (kind === 'compute') return 'compute';
  const name = [provider, model ?? '(no model)'].filter(Boolean).join(' ');
  return tier === null || tier === 'standard' ? name : `${name} (${tier})`;
}
