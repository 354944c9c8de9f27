/** The alert desk with the rules that report to it, put together once a server. */
import type { Upstreams } from '@burnbook/domain/alert/lineage';
import type { NotifyEvent } from '@burnbook/domain/alert/notifyEvent';
import type { Runbooks } from '../runbook/loadRunbooks.js';
import type { OutboxRow } from '../store/commands/changeAlerts.js';
import type { StoreClient } from '../store/storeClient.js';
import { AlertDesk } from './alertDesk.js';
import { firstActionFor, runbookPathOf } from './guide.js';
import { RuleWatch } from './ruleWatch.js';
import { retryStorm } from './rules/retryStorm.js';

export interface AlertingOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  readonly runbooks: Runbooks;
  readonly upstreams: () => Upstreams;
  readonly ownerOf: (pipeline: string) => string | null;
  readonly messagesFor: (event: NotifyEvent) => readonly OutboxRow[];
  readonly report: (error: unknown) => void;
}

export interface Alerting {
  readonly desk: AlertDesk;
  readonly watch: RuleWatch;
  close(): Promise<void>;
}

export function startAlerting(options: AlertingOptions): Alerting {
  const { store, nowNs, runbooks, upstreams, ownerOf, messagesFor, report } = options;
  const desk = new AlertDesk({
    store,
    upstreams,
    messagesFor,
    // Until executions of runbooks are recorded nobody has followed one.
    verified: () => true,
    guide: ({ alert }) => ({
      runbookPath: runbookPathOf(alert),
      firstAction: firstActionFor(runbooks, alert),
    }),
  });
  const watch = new RuleWatch({
    desk,
    rules: [retryStorm],
    context: { store, ownerOf },
    nowNs,
    report,
  });
  return {
    desk,
    watch,
    close: async () => {
      await watch.stop();
      await desk.idle();
    },
  };
}
