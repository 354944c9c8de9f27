import type { NewExclusionWindow } from '../../server/contract.js';
import { fromWallClock, toWallClock } from '../format/time.js';

export const SCOPES = ['all', 'slo', 'service', 'pipeline'] as const;
type ScopeKind = (typeof SCOPES)[number];

/** The form of time that does not count, as it is typed. */
export interface ExclusionDraft {
  scope: ScopeKind;
  value: string;
  /** Wall clock of `timeZone`, as an input of type `datetime-local` has it. */
  from: string;
  to: string;
  rrule: string;
  timeZone: string;
}

const HOUR_MS = 3_600_000;

/** The hour that begins next, in the zone of the view. */
export function newExclusionDraft(now: Date, timeZone: string): ExclusionDraft {
  const from = new Date(Math.ceil(now.getTime() / HOUR_MS) * HOUR_MS);
  const to = new Date(from.getTime() + HOUR_MS);
  return {
    scope: 'all',
    value: '',
    from: localText(from, timeZone),
    to: localText(to, timeZone),
    rrule: '',
    timeZone,
  };
}

/** What the API takes. A time that cannot be read goes as it was typed, so that the server names its field. */
export function exclusionOf(draft: ExclusionDraft, reason: string): NewExclusionWindow {
  const rrule = draft.rrule.trim();
  return {
    scope: draft.scope === 'all' ? {} : { [draft.scope]: draft.value.trim() },
    from: instantText(draft.from, draft.timeZone),
    to: instantText(draft.to, draft.timeZone),
    ...(rrule ? { rrule } : {}),
    timeZone: draft.timeZone,
    reason,
  };
}

const localText = (at: Date, tz: string): string => toWallClock(at, tz).toISOString().slice(0, 16);

function instantText(local: string, tz: string): string {
  const wall = new Date(`${local}Z`);
  if (Number.isNaN(wall.getTime())) return local;
  try {
    return fromWallClock(wall, tz).toISOString();
  } catch {
    // No such zone: the server says so.
    return wall.toISOString();
  }
}
