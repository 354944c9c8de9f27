/** Keeps what a person said of an item of the resilience checklist. */
import type { CommandContext } from './command.js';

export interface ResilienceAnswerOp {
  readonly pipeline: string;
  readonly item: string;
  readonly atNs: bigint;
  readonly actor: string;
  readonly answer: string;
  readonly note: string | null;
}

export async function answerResilience(
  { connection, sql }: CommandContext,
  { atNs, ...said }: ResilienceAnswerOp,
): Promise<void> {
  await connection.run(sql.get('insert_resilience_answer'), { ...said, at: atNs });
}
