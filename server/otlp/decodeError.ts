/**
 * Why a request cannot be decoded: `malformed` (sending it again cannot help, 400) or `too_large` (413).
 * The message is one English sentence meant for the client.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly reason: DecodeReason;

  constructor(reason: DecodeReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type DecodeReason = 'malformed' | 'too_large';

export function malformed(message: string): never {
  throw new DecodeError('malformed', message);
}

export function tooLarge(message: string): never {
  throw new DecodeError('too_large', message);
}
