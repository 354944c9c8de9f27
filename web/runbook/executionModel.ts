import type { Execution, NewExecutionEvent, Runbook } from '../../server/contract.js';
import type { QueuedEvent } from './eventQueue.js';

/** A step as it is drawn: what the server knows, and over it what waits to be sent. */
export interface ShownStep {
  number: number;
  state: 'open' | 'done' | 'skipped';
  by: string | null;
  at: string | null;
  reason: string | null;
  seconds: number | null;
  /** The server does not know it yet. */
  waits: boolean;
}

/** The steps of an execution with what was done in this browser since, whether or not the server has heard of it. */
export function shownSteps(
  { steps, startedAt }: Pick<Execution, 'steps' | 'startedAt'>,
  pending: readonly QueuedEvent[],
): ShownStep[] {
  const shown = steps.map(({ number, state, by, at, reason, seconds }): ShownStep => ({
    ...{ number, state, by, at, reason, seconds },
    waits: false,
  }));
  for (const { actor, event } of pending) {
    const index = shown.findIndex(({ number }) => number === event.step);
    const step = shown[index];
    if (!step) continue;
    if (event.kind === 'untick') {
      shown[index] = { ...OPEN, number: step.number, waits: true };
    } else if (event.kind === 'tick' || event.kind === 'skip') {
      shown[index] = {
        number: step.number,
        state: event.kind === 'tick' ? 'done' : 'skipped',
        by: actor,
        at: event.at,
        reason: event.kind === 'skip' ? (event.text ?? null) : null,
        seconds: secondsBetween(lastAt(shown, startedAt), event.at),
        waits: true,
      };
    }
  }
  return shown;
}

const OPEN = { state: 'open', by: null, at: null, reason: null, seconds: null } as const;

/** Steps that are ticked in this browser alone: who and when is not recorded. */
export const localSteps = (
  steps: Runbook['steps'],
  done: ReadonlySet<number>,
): readonly ShownStep[] =>
  steps.map(({ number }) => ({
    ...OPEN,
    number,
    state: done.has(number) ? 'done' : 'open',
    waits: false,
  }));

/** The first step that is neither done nor skipped; null: none is. */
export const firstOpen = (steps: readonly Pick<ShownStep, 'number' | 'state'>[]): number | null =>
  steps.find(({ state }) => state === 'open')?.number ?? null;

/** When the step that is open now began: the end of the last one that ended, or the start. */
export const lastAt = (steps: readonly Pick<ShownStep, 'at'>[], startedAt: string): string =>
  steps.reduce(
    (latest, { at }) => (at !== null && Date.parse(at) > Date.parse(latest) ? at : latest),
    startedAt,
  );

const secondsBetween = (from: string, to: string): number =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);

/** `45 s`, `4 min 05 s`, `2 h 10 min`: a timer without tenths, which would only flicker. */
export function timerOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const [large, small] =
    minutes < 60 ? [minutes, whole % 60] : [Math.floor(minutes / 60), minutes % 60];
  const [largeUnit, smallUnit] = minutes < 60 ? ['min', 's'] : ['h', 'min'];
  return `${large} ${largeUnit} ${String(small).padStart(2, '0')} ${smallUnit}`;
}

/** A version 4 UUID; `crypto.randomUUID` is missing where the page came without TLS from another machine. */
export function newEventId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, index) => {
    const versioned =
      index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return versioned.toString(16).padStart(2, '0');
  });
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(''))
    .join('-');
}

export type Act = Pick<NewExecutionEvent, 'kind' | 'step' | 'text'>;

/** From an hour before the incident opened to its end; null: no incident is known. */
export function incidentWindow(
  incident: { openedAt: string; closedAt: string | null } | undefined,
  nowMs: number,
): { from: Date; to: Date } | null {
  if (!incident) return null;
  const to = incident.closedAt === null ? nowMs : Date.parse(incident.closedAt);
  return {
    from: new Date(Date.parse(incident.openedAt) - HOUR_MS),
    // Whole minutes, so that the charts of an incident that goes on are asked for once a minute.
    to: new Date(Math.ceil(to / MINUTE_MS) * MINUTE_MS),
  };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
