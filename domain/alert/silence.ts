/** A silence: for a time nobody is told of alerts that match. */
import { labelsOf, type StandingAlert } from './standingAlert.js';

export interface Silence {
  readonly silenceId: string;
  /** Label → value, `*` at its end for anything; all must match. */
  readonly matchers: Readonly<Record<string, string>>;
  readonly fromNs: bigint;
  /** Exclusive. */
  readonly toNs: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly createdNs: bigint;
  readonly removedNs: bigint | null;
  readonly removedBy: string | null;
}

export const isInForce = ({ fromNs, toNs, removedNs }: Silence, atNs: bigint): boolean =>
  removedNs === null && fromNs <= atNs && atNs < toNs;

export function matches({ matchers }: Pick<Silence, 'matchers'>, alert: StandingAlert): boolean {
  const labels = labelsOf(alert);
  return Object.entries(matchers).every(([label, wanted]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (value === undefined) return false;
    return wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
  });
}
