/** `burnbook backup`: has a running server make a backup, and copies it where it is wanted. */
import { cp, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { backupSchema, problemSchema, type BackupView } from '../contract.js';

export interface BackupCommandOptions {
  /** Address of the server. */
  readonly url: string;
  readonly token: string | null;
  readonly actor: string;
  /** Folder that gets a copy; null: it stays where the server puts it. */
  readonly to: string | null;
  readonly write: (line: string) => void;
}

/** The server refused, cannot be reached, or its backup is not to be found from here; the message says which. */
export class BackupCommandError extends Error {
  override readonly name = 'BackupCommandError';
}

export async function backupCommand(options: BackupCommandOptions): Promise<void> {
  const made = await askForBackup(options);
  const held = `${made.rows} rows, ${made.bytes} bytes`;
  if (options.to === null) {
    options.write(`${made.path}: ${held}`);
    return;
  }
  const target = path.join(path.resolve(options.to), made.name);
  try {
    await cp(made.path, target, { recursive: true, errorOnExist: true, force: false });
  } catch (error) {
    throw new BackupCommandError(
      `the backup is in ${made.path} on the server's machine and was not copied: ${(error as Error).message}`,
    );
  }
  for (const name of await readdir(made.path)) {
    const [there, here] = await Promise.all([
      stat(path.join(made.path, name)),
      stat(path.join(target, name)),
    ]);
    if (there.size !== here.size) {
      throw new BackupCommandError(
        `${path.join(target, name)} is ${here.size} of ${there.size} bytes`,
      );
    }
  }
  options.write(`${target}: ${held}`);
}

async function askForBackup({ url, token, actor }: BackupCommandOptions): Promise<BackupView> {
  let answer: Response;
  try {
    answer = await fetch(new URL('/api/backups', url), {
      method: 'POST',
      headers: {
        'burnbook-actor': encodeURIComponent(actor),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  } catch (error) {
    throw new BackupCommandError(`${url} cannot be reached: ${reasonOf(error)}`);
  }
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return backupSchema.parse(body);
  const problem = problemSchema.safeParse(body);
  const detail = problem.success ? (problem.data.detail ?? problem.data.title) : answer.statusText;
  throw new BackupCommandError(`the server refuses (${answer.status}): ${detail}`);
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
};
