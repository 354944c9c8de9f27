/** StoreRestarted: the process that owns the database died and came back; again and again is no accident. */
import { HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';
import type { AlertRule } from './alertRule.js';

const PAGE_WINDOW_NS = 10n * MINUTE_NS;
const PAGE_RESTARTS = 3;
/** For so long it is news. */
const MEMORY_NS = HOUR_NS;

/** @param restarts when the process came back. */
export const storeRestarted = (restarts: () => readonly bigint[]): AlertRule => ({
  source: 'event',
  names: ['StoreRestarted'],
  after: 'commit',
  evaluate: ({ nowNs }) => {
    const recent = restarts().filter((atNs) => nowNs - atNs < MEMORY_NS);
    const [first] = recent;
    if (first === undefined) return Promise.resolve([]);
    const inWindow = recent.filter((atNs) => nowNs - atNs < PAGE_WINDOW_NS).length;
    const isPage = inWindow >= PAGE_RESTARTS;
    const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
    return Promise.resolve([
      {
        name: 'StoreRestarted',
        subject: {},
        severity: isPage ? 'page' : 'ticket',
        state: 'firing',
        summary: isPage
          ? `the store's process died ${times(inWindow)} in 10 min`
          : `the store's process died and came back ${times(recent.length)} in the last hour`,
        owner: null,
        runbook: 'StoreRestarted',
        sinceNs: first,
        details: { figures: { restarts: String(recent.length), inTenMinutes: String(inWindow) } },
      },
    ]);
  },
});
