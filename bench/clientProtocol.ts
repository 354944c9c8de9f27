/** What the benchmark and its client process say to each other. */
export interface PrepareMessage {
  readonly type: 'prepare';
  readonly seed: number;
  readonly startNs: bigint;
  readonly stepNs: bigint;
  readonly bodies: number;
  /** As of `LoadOptions`. */
  readonly bodiesPerRun?: number;
}

export interface RunMessage {
  readonly type: 'run';
  readonly port: number;
  readonly connections: number;
  /** Spans a second on a fixed schedule; null: each connection sends its next body after the answer. */
  readonly spansPerS: number | null;
  readonly warmupMs: number;
  /** null: until all bodies are sent. */
  readonly windowMs: number | null;
  /** Bodies built while sending, not compressed: for filling a store. Otherwise the prepared ones are sent. */
  readonly fill: { readonly from: number; readonly to: number } | null;
}

export type ToClient =
  PrepareMessage | RunMessage | { readonly type: 'stop' } | { readonly type: 'end' };

export interface ClientResult {
  /** From the first request to the last answer. */
  readonly acknowledgedSpans: number;
  /** Answered within the measured window. */
  readonly windowSpans: number;
  readonly windowMs: number;
  /** Of the requests that were due in the window, ms; on a schedule from the scheduled time. */
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Answers other than 200 and broken connections by kind; each body is sent again until acknowledged. */
  readonly refused: Readonly<Record<string, number>>;
  /** All bodies were sent before the window ended. */
  readonly ranOut: boolean;
}

export type FromClient =
  | { readonly type: 'prepared'; readonly bytes: number; readonly inflatedBytes: number }
  | { readonly type: 'windowBegins' }
  | { readonly type: 'windowEnds' }
  | { readonly type: 'result'; readonly result: ClientResult };
