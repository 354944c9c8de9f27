import type { FaultSettings } from './faultDial.js';

/** A partition of the demo and the weather at the model provider on that day. */
export interface DemoDay {
  partition: string;
  faults: Partial<FaultSettings>;
  /** What happens, for the progress line; empty on a quiet day. */
  story: string;
}

/** The first day is small, so that the first bill is there soon. Days before it train the classifier. */
export const firstDay = '2002-08-24';

const chatPath = '/v1/chat/completions';

const weather: Record<string, Omit<DemoDay, 'partition'>> = {
  '2002-08-26': {
    faults: { rateLimited: 0.15, cut: 0.03 },
    story: 'the provider limits the rate and cuts connections',
  },
  '2002-08-28': {
    faults: { slow: 0.1, serverError: 0.05, invalid: 0.1, path: chatPath },
    story: 'the provider is slow, fails now and then, and cuts some answers off',
  },
  '2002-08-29': {
    faults: { serverError: 0.85, path: chatPath },
    story: 'the provider is down',
  },
  '2002-09-01': {
    faults: { invalid: 0.75, path: chatPath },
    story: 'most answers come cut off, are paid for and asked for again',
  },
};

/** The first `count` of the corpus's days from `firstDay` on. */
export function demoDays(partitions: readonly string[], count: number): DemoDay[] {
  return partitions
    .filter((partition) => partition >= firstDay)
    .slice(0, count)
    .map((partition) => ({ partition, ...(weather[partition] ?? { faults: {}, story: '' }) }));
}
