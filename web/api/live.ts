import { signal } from '@preact/signals';
import { queryClient } from './queryClient.js';

export type LiveState = 'live' | 'paused' | 'offline';

/** Whether new telemetry reaches the page by itself. */
export const liveState = signal<LiveState>('offline');

/** The clock for "updated 12 s ago", once a second while the page is visible. */
export const nowMs = signal(Date.now());

/** At most one refetch of what is on the screen in this time, however fast commits come. */
const REFRESH_INTERVAL_MS = 2_000;

/** At most one new round of checks in this time: each costs a query. */
const CHECK_INTERVAL_MS = 5_000;

const RECONNECT_WAIT_MS = 3_000;

let pausedByPerson = false;
let pausedByBrush = false;
let connected = false;
let refreshTimer: ReturnType<typeof setTimeout> | null = null;
let lastRefreshMs = 0;
let checkTimer: ReturnType<typeof setTimeout> | null = null;
let lastCheckMs = 0;
let missedWhilePaused = false;

/** Follows commits and changes of SLOs, alerts and executions until the page closes. */
export function startLive(): void {
  connect();
  document.addEventListener('visibilitychange', () => {
    updateState();
    if (document.visibilityState === 'visible' && missedWhilePaused) refreshSoon();
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') nowMs.value = Date.now();
  }, 1_000);
}

function connect(): void {
  const source = new EventSource('/api/events');
  source.addEventListener('open', () => {
    // Commits may have been missed while the stream was down.
    if (!connected) {
      refreshSoon();
      refreshExecutions();
    }
    connected = true;
    updateState();
  });
  source.addEventListener('error', () => {
    connected = false;
    updateState();
    // It reconnects by itself after a cut, but gives up for good on an answer such as 401 or 503.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_WAIT_MS);
  });
  for (const name of ['commit', 'slo', 'alert']) source.addEventListener(name, refreshSoon);
  // What another person has ticked is for the eyes of all at once.
  source.addEventListener('execution', refreshExecutions);
}

function refreshExecutions(): void {
  void queryClient.invalidateQueries({ queryKey: ['execution'] });
}

export function togglePause(): void {
  pausedByPerson = !pausedByPerson;
  updateState();
  if (!pausedByPerson && missedWhilePaused) refreshSoon();
}

/** While a person drags over a chart its data must not move under the pointer. */
export function holdForBrush(holding: boolean): void {
  pausedByBrush = holding;
  updateState();
  if (!holding && missedWhilePaused) refreshSoon();
}

function refreshSoon(): void {
  if (pausedByPerson || pausedByBrush || document.visibilityState !== 'visible') {
    missedWhilePaused = true;
    return;
  }
  checkSoon();
  if (refreshTimer !== null) return;
  const waitMs = Math.max(0, lastRefreshMs + REFRESH_INTERVAL_MS - Date.now());
  refreshTimer = setTimeout(() => {
    refreshTimer = null;
    lastRefreshMs = Date.now();
    missedWhilePaused = false;
    void queryClient.invalidateQueries({ queryKey: ['live'] });
  }, waitMs);
}

function checkSoon(): void {
  checkTimer ??= setTimeout(
    () => {
      checkTimer = null;
      lastCheckMs = Date.now();
      void queryClient.invalidateQueries({ queryKey: ['check'] });
    },
    Math.max(0, lastCheckMs + CHECK_INTERVAL_MS - Date.now()),
  );
}

function updateState(): void {
  if (pausedByPerson || pausedByBrush) liveState.value = 'paused';
  else liveState.value = connected ? 'live' : 'offline';
}
