/** What was asked of an execution stands against how things are; the message says how they are. */
export class ExecutionRefusal extends Error {
  override readonly name = 'ExecutionRefusal';
  /** `invalid`: it would be refused whatever stands. */
  readonly reason: 'unknown' | 'conflict' | 'invalid';
  /** The field at fault. */
  readonly field: string | undefined;

  constructor(reason: ExecutionRefusal['reason'], message: string, field?: string) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}
