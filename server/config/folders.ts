/** The folders that the program is told to use: there, and usable as they have to be. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';

/** A mistake of the caller's: told in one line, without a stack. */
export class UsageError extends Error {}

/** Makes it where it is not there. @throws UsageError */
export async function writableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`--data ${folder} cannot be written: ${(error as Error).message}`);
  }
}

/** @throws UsageError */
export async function readableFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(`--config ${folder} cannot be read: ${(error as Error).message}`);
  }
}
