import { setMaxListeners } from 'node:events';

/** A signal that aborts when any of its sources does, or when told to. `unlink` lets go of the sources. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  readonly abort: (reason: unknown) => void;
  readonly unlink: () => void;
}

/**
 * `AbortSignal.any` with an end: a run makes thousands of these from one long-lived signal, which must not keep them.
 */
export function linkSignals(sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  // Hundreds of calls side by side may rightly listen to a run's signal: no warning of a leak.
  setMaxListeners(0, controller.signal);
  const links: (() => void)[] = [];
  const unlink = (): void => {
    for (const undo of links.splice(0)) undo();
  };
  const abort = (reason: unknown): void => {
    unlink();
    controller.abort(reason);
  };
  for (const source of sources) {
    if (source?.aborted === true) {
      abort(source.reason);
      break;
    }
    if (source !== undefined) links.push(follow(source, () => abort(source.reason)));
  }
  return { signal: controller.signal, abort, unlink };
}

/** As `AbortSignal.timeout` reports it. */
export function timeoutError(message: string): DOMException {
  return new DOMException(message, 'TimeoutError');
}

/**
 * Who follows which signal. A source has one listener however many follow it: Node warns of a leak at eleven, and the
 * signal is the user's, whose limits are not ours to change.
 */
const followers = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back when the source aborts. Returns what ends that. */
function follow(source: AbortSignal, callback: () => void): () => void {
  const known = followers.get(source);
  const callbacks = known ?? new Set();
  callbacks.add(callback);
  if (known === undefined) {
    followers.set(source, callbacks);
    source.addEventListener('abort', onAbort);
  }
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || followers.get(source) !== callbacks) return;
    followers.delete(source);
    source.removeEventListener('abort', onAbort);
  };
}

function onAbort(this: AbortSignal): void {
  const callbacks = followers.get(this);
  followers.delete(this);
  this.removeEventListener('abort', onAbort);
  for (const callback of callbacks ?? []) callback();
}
