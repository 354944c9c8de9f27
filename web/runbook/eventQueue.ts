import { signal } from '@preact/signals';
import type { ExecutionDetail, NewExecutionEvent } from '../../server/contract.js';
import { ApiError } from '../api/getJson.js';
import { queryClient } from '../api/queryClient.js';
import { sendJson } from '../api/sendJson.js';

/** What somebody did in an execution and the server does not know yet. */
export interface QueuedEvent {
  execution: string;
  actor: string;
  event: NewExecutionEvent & { at: string };
}

interface Refusal {
  execution: string;
  event: NewExecutionEvent;
  reason: string;
}

const STORAGE_KEY = 'burnbook.executionEvents';
const RETRY_MS = 5_000;
/** As many as one request may hold. */
const BATCH_MAX = 200;

/** What storage would not take. */
let kept: readonly QueuedEvent[] | null = null;

/** Oldest first; kept in this browser until the server has them, also over a reload. */
export const queued = signal<readonly QueuedEvent[]>(stored());
/** True after a try that reached no server. */
export const unsent = signal(false);
/** The last event that the server would not take. */
export const refusal = signal<Refusal | null>(null);

let sending = false;
let retryTimer: ReturnType<typeof setTimeout> | null = null;

/** Keeps an event and sends it; the caller need not wait. */
export function enqueue(added: readonly QueuedEvent[]): void {
  keep([...stored(), ...added]);
  void sendQueued();
}

/** Sends what waits, in order. What cannot be sent now stays and is tried again. */
export async function sendQueued(): Promise<void> {
  if (sending) return;
  sending = true;
  if (retryTimer !== null) clearTimeout(retryTimer);
  retryTimer = null;
  try {
    let group = nextGroup();
    while (group.length > 0) {
      await sendGroup(group);
      group = nextGroup();
    }
    unsent.value = false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unsent.value = true;
    retryTimer = setTimeout(() => void sendQueued(), RETRY_MS);
  } finally {
    sending = false;
  }
}

/** Follows what other tabs keep, and sends when the network is back. */
export function followQueue(): () => void {
  const listening = new AbortController();
  const { signal: until } = listening;
  addEventListener('online', () => void sendQueued(), { signal: until });
  addEventListener(
    'storage',
    ({ key }) => {
      if (key === STORAGE_KEY) queued.value = stored();
    },
    { signal: until },
  );
  if (queued.value.length > 0) void sendQueued();
  return () => listening.abort();
}

export const executionPath = (id: string): string => `/api/executions/${encodeURIComponent(id)}`;

/** The answer to a change is the newest state: it is drawn without asking again. */
export function putExecution(detail: ExecutionDetail): void {
  queryClient.setQueryData(['execution', executionPath(detail.execution.id)], detail);
}

/** The oldest event, with those after it of the same execution and person. */
function nextGroup(): readonly QueuedEvent[] {
  const all = stored();
  const [first] = all;
  if (!first) return [];
  const end = all.findIndex(
    ({ execution, actor }) => execution !== first.execution || actor !== first.actor,
  );
  return all.slice(0, Math.min(BATCH_MAX, end < 0 ? all.length : end));
}

/** @throws ApiError when it is worth another try. */
async function sendGroup(group: readonly QueuedEvent[]): Promise<void> {
  const [first] = group;
  if (!first) return;
  try {
    const detail = await sendJson<ExecutionDetail>(`${executionPath(first.execution)}/events`, {
      method: 'POST',
      actor: first.actor,
      body: { events: group.map(({ event }) => event), sentAt: new Date().toISOString() },
    });
    putExecution(detail);
    forget(group);
  } catch (error) {
    if (!(error instanceof ApiError) || !isRefused(error)) throw error;
    // All of them or none: alone, the good ones get through.
    if (group.length > 1) {
      for (const each of group) await sendGroup([each]);
      return;
    }
    refusal.value = {
      execution: first.execution,
      event: first.event,
      reason: error.problem?.detail ?? error.problem?.title ?? error.message,
    };
    forget(group);
    void queryClient.invalidateQueries({ queryKey: ['execution'] });
  }
}

/** A refusal of what was sent; a missing token or too many requests is none. */
function isRefused({ isFinal, problem }: ApiError): boolean {
  return isFinal && ![401, 403, 408, 421, 429].includes(problem?.status ?? 0);
}

function forget(gone: readonly QueuedEvent[]): void {
  const ids = new Set(gone.map(({ event }) => event.id));
  keep(stored().filter(({ event }) => !ids.has(event.id)));
}

function keep(events: readonly QueuedEvent[]): void {
  queued.value = events;
  try {
    if (events.length === 0) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, JSON.stringify(events));
  } catch {
    // Storage may be full or blocked: what waits then lasts as long as the page.
    kept = events;
  }
}

// Another tab may have added to it or sent of it since.
function stored(): readonly QueuedEvent[] {
  if (kept !== null) return kept;
  try {
    const found: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(found) ? found.filter(isQueued) : [];
  } catch {
    return [];
  }
}

function isQueued(value: unknown): value is QueuedEvent {
  const { execution, actor, event } = (value ?? {}) as Partial<QueuedEvent>;
  return (
    typeof execution === 'string' &&
    typeof actor === 'string' &&
    typeof event?.id === 'string' &&
    typeof event.kind === 'string' &&
    typeof event.at === 'string'
  );
}
