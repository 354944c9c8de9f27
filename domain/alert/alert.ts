/** What every alert of the product is, whichever rule raised it. */
import type { AlertName } from '../alertNames.js';
import type { Severity } from '../slo/slo.js';

/** `pending`: seen, not yet for long enough. `frozen`: it fired, and the data that could clear it stopped coming. */
export const ALERT_STATES = ['pending', 'firing', 'frozen', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Which rule watches it: each reports all that it sees, and what it no longer reports resolves. */
export type AlertSource = 'slo' | 'occurrence' | 'budget' | 'cost' | 'event';

/** What an alert is about; together with its name what makes it the same one. Keys sorted, values texts. */
export type AlertSubject = Readonly<
  Partial<
    Record<
      | 'slo'
      | 'pipeline'
      | 'batch'
      | 'occurrence'
      | 'step'
      | 'budget'
      | 'budgetKind'
      | 'period'
      | 'model'
      | 'provider'
      | 'destination'
      | 'heartbeat'
      | 'file'
      | 'pair',
      string
    >
  >
>;

/** One rule's word on one thing, as of an evaluation. */
export interface AlertCondition {
  readonly name: AlertName;
  readonly subject: AlertSubject;
  readonly severity: Severity;
  readonly state: Exclude<AlertState, 'resolved'>;
  /** One sentence with the figures. */
  readonly summary: string;
  readonly owner: string | null;
  /** Name of the runbook. */
  readonly runbook: string;
  /** When the condition began to hold, as far as the events say. */
  readonly sinceNs: bigint;
  readonly details: AlertDetails;
}

export interface AlertDetails {
  /** Share of the error or cost budget that is left; signed. */
  readonly budgetLeft?: number;
  readonly emptyAtNs?: bigint;
  /** Money at stake, nano-USD. */
  readonly stakeNano?: bigint;
  /** Figures under the sentence: name → value as text. */
  readonly figures?: Readonly<Record<string, string>>;
}
