/** What commits of telemetry spend, as decisions on holds need it: summed where the lines are, told to where it is decided. */
import type { ChangeSet } from '../attribution/changeSet.js';
import { bucketOf } from '../costRollup.js';
import type { LineRow, Owner } from '../rows.js';

/** Signed nano-USD of one origin in one quarter of an hour. */
export interface SpendSum {
  /** `originText`. */
  readonly origin: string;
  readonly bucketNs: bigint;
  readonly nano: bigint;
}

export interface CommitSpend {
  /** Empty where no budget asks for it. */
  readonly sums: readonly SpendSum[];
  /** Signed nano-USD by the reservation that the lines name. */
  readonly held: readonly (readonly [reservation: string, nano: bigint])[];
}

/** What a commit has changed. */
export interface Spent {
  /** Of the commit; they grow while the store's process lives. */
  readonly number: number;
  /** null: costs of stored lines are others now. */
  readonly change: CommitSpend | null;
}

/** All that the scope of a budget can ask of a line. */
type OriginFacts = readonly [
  pipeline: string,
  provider: string | null,
  model: string | null,
  team: string | null,
  environment: string | null,
  tags: string | null,
];

export const originFacts = (text: string): OriginFacts => JSON.parse(text) as OriginFacts;

/** @returns null: the commit changed no cost that is asked for. */
export function spendOf(
  { lines }: ChangeSet,
  { hasBudgets }: { readonly hasBudgets: boolean },
): CommitSpend | null {
  const sums = new Map<string, { origin: string; bucketNs: bigint; nano: bigint }>();
  const held = new Map<string, bigint>();
  const origins = new Map<Owner, Map<string, string>>();
  const enter = (line: LineRow, sign: 1n | -1n): void => {
    if (line.excluded !== null || line.costNanoUsd === null) return;
    const nano = sign * line.costNanoUsd;
    const { reservation } = line.owner;
    if (reservation !== null) held.set(reservation, (held.get(reservation) ?? 0n) + nano);
    if (!hasBudgets) return;
    const origin = originOf(line, origins);
    const bucketNs = bucketOf(line.span.startNs);
    const key = `${bucketNs} ${origin}`;
    const sum = sums.get(key);
    if (sum) sum.nano += nano;
    else sums.set(key, { origin, bucketNs, nano });
  };
  for (const line of lines.remove) enter(line, -1n);
  for (const line of lines.add) enter(line, 1n);
  if (sums.size === 0 && held.size === 0) return null;
  return { sums: [...sums.values()], held: [...held] };
}

/** Lines of one place share their owner, and mostly their model: its text is made once. */
function originOf({ kind, owner, span }: LineRow, known: Map<Owner, Map<string, string>>): string {
  let ofOwner = known.get(owner);
  if (!ofOwner) {
    ofOwner = new Map();
    known.set(owner, ofOwner);
  }
  const call = kind === 'model' ? span.call : null;
  const provider = call?.provider ?? null;
  const model = call?.model ?? null;
  const called = `${provider ?? ''}\n${model ?? ''}\n${call === null}`;
  let text = ofOwner.get(called);
  if (text === undefined) {
    const { pipeline, team, environment, tags } = owner;
    text = JSON.stringify([
      pipeline,
      provider,
      model,
      team,
      environment,
      tags,
    ] satisfies OriginFacts);
    ofOwner.set(called, text);
  }
  return text;
}
