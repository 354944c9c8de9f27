/** Brings a trace that was dropped from memory back, as far as attribution needs it. */
import type { NodeFacts } from './nodeFacts.js';

export interface LoadedTrace {
  readonly hi: bigint;
  readonly lo: bigint;
  readonly hintFirstNs: bigint;
  readonly hintLastNs: bigint;
  /** Proofs (see `proofOf`) that already have a row. */
  readonly evidence: readonly (readonly [proof: string, startNs: bigint])[];
  readonly spans: readonly {
    readonly spanId: bigint;
    readonly parentId: bigint;
    readonly sourceId: number;
    readonly facts: NodeFacts | undefined;
  }[];
}

export interface TraceLoader {
  /** The traces among `ids` that the database has. */
  load(ids: readonly { readonly hi: bigint; readonly lo: bigint }[]): Promise<LoadedTrace[]>;
}
