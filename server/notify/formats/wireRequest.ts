/** What goes over the wire to an HTTP destination. */
import type { HttpDestination } from '@burnbook/domain/notify/notifySettings';
import type { Message } from '../../contract/delivery.js';

export interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Outgoing {
  readonly messageId: string;
  readonly message: Message;
  /** Older messages on the same alert that were not delivered before this one. */
  readonly replaces: number;
  /** Of this try. */
  readonly nowNs: bigint;
}

export type Format = (outgoing: Outgoing, destination: HttpDestination) => WireRequest;
