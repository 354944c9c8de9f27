/** The store's commands by name. */
import type { Command } from './command.js';
import { compact } from './compact.js';
import { defineBudgets } from './defineBudgets.js';
import { settleBudgets } from './settleBudgets.js';

const commands = { compact, defineBudgets, settleBudgets } satisfies Record<
  string,
  Command<never, unknown>
>;

export type CommandName = keyof typeof commands;
export type CommandPayload<Name extends CommandName> = Parameters<(typeof commands)[Name]>[1];
export type CommandResult<Name extends CommandName> = Awaited<ReturnType<(typeof commands)[Name]>>;

export function commandOf(name: string): Command<unknown, unknown> {
  if (!Object.hasOwn(commands, name)) throw new Error(`there is no command ${name}`);
  return commands[name as CommandName] as Command<unknown, unknown>;
}
