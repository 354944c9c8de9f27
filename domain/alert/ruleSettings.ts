/** Where the rules of alerts begin to fire, as the configuration says. */
import { NANO_PER_USD } from '../money.js';

export interface RuleSettings {
  readonly retryWaste: RetryWasteSettings;
  readonly disk: DiskSettings;
}

export interface RetryWasteSettings {
  /** Of a pipeline's spend of a day. */
  readonly shareMax: number;
  /** What is lost of less in a day is nobody's business. */
  readonly wasteMinNano: bigint;
}

/** Shares of the disk that are free. */
export interface DiskSettings {
  readonly ticketBelow: number;
  readonly pageBelow: number;
}

export const RULE_SETTINGS: RuleSettings = {
  // A cent a day: a share of next to nothing is noise.
  retryWaste: { shareMax: 0.1, wasteMinNano: NANO_PER_USD / 100n },
  disk: { ticketBelow: 0.1, pageBelow: 0.03 },
};
