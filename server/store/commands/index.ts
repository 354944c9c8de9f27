/** The store's commands by name. */
import { changeAlerts } from './changeAlerts.js';
import type { Command } from './command.js';
import { answerResilience } from './answerResilience.js';
import { beat } from './beat.js';
import { breakGlass } from './breakGlass.js';
import { changeDestination } from './changeDestination.js';
import { countEvents } from './countEvents.js';
import { countServer } from './countServer.js';
import { defineBudgets } from './defineBudgets.js';
import { recordAudit } from './recordAudit.js';
import { recordExecution } from './recordExecution.js';
import { addExclusion, removeExclusion } from './exclusions.js';
import { defineSchedules } from './defineSchedules.js';
import { defineSlos } from './defineSlos.js';
import { forgetOld } from './forgetOld.js';
import { judgeOccurrences } from './judgeOccurrences.js';
import { keepSlos } from './keepSlos.js';
import { markDemoData } from './markDemoData.js';
import { queueMessages } from './outbox.js';
import { recordPrices } from './recordPrices.js';
import { replayDelivery } from './replayDelivery.js';
import { settleBudgets } from './settleBudgets.js';
import { settleDeliveries } from './settleDeliveries.js';
import { storeReservations } from './storeReservations.js';
import { previewChunk, restateChunk, undoChunk, type Restated } from './repriceChunk.js';
import { beginRestatement, moveRestatement } from './restatements.js';

const plain = {
  answerResilience,
  changeAlerts,
  countEvents,
  countServer,
  defineSlos,
  defineSchedules,
  judgeOccurrences,
  keepSlos,
  defineBudgets,
  settleBudgets,
  recordAudit,
  recordExecution,
  recordPrices,
  previewChunk,
  beginRestatement,
  moveRestatement,
  breakGlass,
  storeReservations,
  addExclusion,
  removeExclusion,
  queueMessages,
  settleDeliveries,
  replayDelivery,
  changeDestination,
  beat,
  markDemoData,
  forgetOld,
} satisfies Record<string, Command<never, unknown>>;

/** They change costs that attribution has in memory too, and so run while nothing is being attributed. */
const restating = { restateChunk, undoChunk } satisfies Record<
  string,
  Command<never, Restated<unknown>>
>;

type Commands = typeof plain & typeof restating;
export type CommandName = keyof Commands;
export type CommandPayload<Name extends CommandName> = Parameters<Commands[Name]>[1];
type Returned<Name extends CommandName> = Awaited<ReturnType<Commands[Name]>>;
export type CommandResult<Name extends CommandName> =
  Returned<Name> extends Restated<infer Result> ? Result : Returned<Name>;

export function commandOf(name: string): Command<unknown, unknown> {
  if (!Object.hasOwn(plain, name)) throw new Error(`there is no command ${name}`);
  return plain[name as keyof typeof plain] as Command<unknown, unknown>;
}

/** The command of that name when it is a restating one. */
export const restatingCommandOf = (name: string): Command<unknown, Restated<unknown>> | null =>
  Object.hasOwn(restating, name)
    ? (restating[name as keyof typeof restating] as Command<unknown, Restated<unknown>>)
    : null;
