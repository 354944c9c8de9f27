/**
 * Resolves a name for the very connection that is made with the answer: a name that resolves to something else a moment
 * later (DNS rebinding) does not get past it.
 */
import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../net/publicAddress.js';

export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The message would have gone into a private network. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  readonly code = 'PRIVATE_ADDRESS';

  constructor() {
    super('the address lies in a private network, which its entry in notify.yaml does not allow');
  }
}

export interface AddressRule {
  readonly allowPrivate: boolean;
  /** The system's resolver, unless said. */
  readonly resolve?: Resolve;
}

/** A host that is an address is never looked up. @throws PrivateAddressError */
export function checkLiteral(hostname: string, { allowPrivate }: AddressRule): void {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddressError();
}

export function guardedLookup({
  allowPrivate,
  resolve = systemLookup,
}: AddressRule): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) {
        callback(error ?? new Error('the name has no address'), []);
      } else if (!allowPrivate && !addresses.every(({ address }) => isPublicAddress(address))) {
        // One private address among public ones is a trick too.
        callback(new PrivateAddressError(), []);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
