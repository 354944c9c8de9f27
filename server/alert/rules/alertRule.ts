/** A rule that looks at what is stored, or at the server itself, and says what it sees. */
import type { AlertCondition, AlertSource } from '@burnbook/domain/alert/alert';
import type { AlertName } from '@burnbook/domain/alertNames';
import type { StoreClient } from '../../store/storeClient.js';

export interface AlertRule {
  readonly source: Extract<AlertSource, 'cost' | 'event'>;
  /** All that it can raise: what it does not report of them is not so. */
  readonly names: readonly AlertName[];
  /** How often it is asked: after commits too, or each minute alone. */
  readonly after: 'commit' | 'minute';
  /** @throws what keeps it from knowing: then what it said last stands. */
  readonly evaluate: (at: RuleContext) => Promise<readonly AlertCondition[]>;
}

export interface RuleContext {
  readonly store: StoreClient;
  readonly nowNs: bigint;
  /** By the configuration. */
  readonly ownerOf: (pipeline: string) => string | null;
}

/** `31.4 %` */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
