import { guard } from './guard.js';

/** At most one line in this time, however much fails. */
const LINE_EVERY_MS = 60_000;

export interface DeliveryLogOptions {
  /** Where the telemetry goes; logged without credentials and query. */
  url: string;
  nowMs: () => number;
  write: (line: string) => void;
}

/**
 * Says on stderr that telemetry cannot be delivered, at most once a minute. Neither headers nor bodies nor the URL's
 * credentials ever get into a line: only the reason's code or HTTP status.
 */
export class DeliveryLog {
  readonly #options: DeliveryLogOptions;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
  }

  /** @param count spans dropped so far, or spans that wait. */
  warn(what: 'delayed' | 'dropped', { count, error }: { count: number; error?: unknown }): void {
    const nowMs = this.#options.nowMs();
    if (nowMs - this.#lastMs < LINE_EVERY_MS) return;
    this.#lastMs = nowMs;
    const state = what === 'delayed' ? `${count} spans wait to be sent` : `${count} spans dropped`;
    const target = publicUrl(this.#options.url);
    const why = reasonOf(error);
    guard(() =>
      this.#options.write(
        `burnbook: telemetry cannot be delivered to ${target} (${why}): ${state}; the pipeline goes on\n`,
      ),
    );
  }
}

/** A URL without user, password, query and fragment. */
export function publicUrl(url: string): string {
  try {
    const { origin, pathname } = new URL(url);
    return origin + pathname;
  } catch {
    return 'an invalid URL';
  }
}

function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no answer';
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return `HTTP ${code}`;
  if (typeof code === 'string') return code;
  return 'no answer in time, or the server is busy';
}
