import type { MessageKey } from '../i18n/t.js';
import type { IconName } from '../parts/Icon.js';

export interface Place {
  path: string;
  label: MessageKey;
  /** The shorter word of the bottom bar. */
  phoneLabel: MessageKey;
  icon: IconName;
}

/** The pages that a menu offers. */
export const PLACES: readonly Place[] = [
  { path: '/', label: 'nav.overview', phoneLabel: 'nav.now', icon: 'now' },
  { path: '/cost', label: 'nav.cost', phoneLabel: 'nav.cost', icon: 'cost' },
  { path: '/slos', label: 'nav.slos', phoneLabel: 'nav.slo', icon: 'slos' },
  { path: '/retries', label: 'nav.retries', phoneLabel: 'nav.retries', icon: 'retries' },
  { path: '/batches', label: 'nav.batches', phoneLabel: 'nav.batches', icon: 'batches' },
  { path: '/runbooks', label: 'nav.runbooks', phoneLabel: 'nav.runbooks', icon: 'runbooks' },
];

/** Pages that belong to one of them; the palette knows them too. */
export const PLACES_BELOW: readonly Pick<Place, 'path' | 'label'>[] = [
  { path: '/cost/reservations', label: 'nav.reservations' },
  { path: '/cost/prices', label: 'nav.prices' },
  { path: '/incidents', label: 'nav.incidents' },
  { path: '/delivery', label: 'nav.delivery' },
  { path: '/resilience', label: 'nav.resilience' },
];

/** Pages that belong to a place by meaning and not by their path. */
const WITHIN: Record<string, readonly string[]> = {
  '/batches': ['/traces'],
  '/slos': ['/incidents', '/delivery'],
  '/runbooks': ['/resilience'],
};

/** Whether a page belongs to a place: a batch to Batches, an incident to SLOs; a trace is part of a batch. */
export function isAt(place: Place, path: string): boolean {
  if (place.path === '/') return path === '/';
  return [place.path, ...(WITHIN[place.path] ?? [])].some((each) => path.startsWith(each));
}
