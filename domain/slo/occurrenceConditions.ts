/** What an expected occurrence has to say to those who watch it: at most one alert, held until it lands. */
import type { AlertCondition } from '../alert/alert.js';
import { noStake, withStake, type Stake } from '../alert/stake.js';
import { formatTime } from '../time.js';
import type { OccurrenceRun, Verdict, VerdictCause } from './occurrence.js';
import type { OccurrenceStatus } from './occurrenceBurn.js';
import { policyDestinations } from './policyDestinations.js';
import type { Severity, Slo } from './slo.js';

export interface WatchedOccurrence {
  readonly pipeline: string;
  readonly nominalNs: bigint;
  readonly dueNs: bigint;
  readonly verdict: Verdict;
  readonly cause: VerdictCause;
  /** The run that decided. */
  readonly run: OccurrenceRun | null;
  /** The first of its runs that failed or was cancelled. */
  readonly failure: OccurrenceRun | null;
  /** It was found missing before. */
  readonly wasMissing: boolean;
  /** What its batch has cost so far; null: no cost of it is known. */
  readonly costNano: bigint | null;
  /** Lines of it without a price. */
  readonly unpriced: number;
}

export interface Watcher {
  readonly severity: Severity;
  readonly owner: string | null;
  /** Names of SLOs that count it. */
  readonly slos: readonly string[];
  /** Who is told, by the policies of these; left out: whoever takes the severity. */
  readonly destinations?: readonly string[];
}

/** @returns null: there is nothing to say. */
export function occurrenceCondition(
  occurrence: WatchedOccurrence,
  watcher: Watcher,
): AlertCondition | null {
  const { failure } = occurrence;
  const name = occurrenceAlert(occurrence);
  if (name === 'BatchFailed' && failure) return failed(occurrence, failure, watcher);
  if (name === 'TelemetryMissing') return unseenEnd(occurrence, watcher);
  return name === null ? null : missing(occurrence, watcher);
}

/** Which alert an occurrence raises; null: none. */
export function occurrenceAlert({
  verdict,
  dueNs,
  failure,
  wasMissing,
}: Pick<WatchedOccurrence, 'verdict' | 'dueNs' | 'failure' | 'wasMissing'>):
  'BatchFailed' | 'BatchLateOrMissing' | 'TelemetryMissing' | null {
  if (verdict === 'on_time' || verdict === 'late' || verdict === 'excluded') return null;
  // Which of the two it is does not change while it stands: a retry under way, or one that comes too late, ends neither.
  if (failure !== null && endOf(failure) <= dueNs) return 'BatchFailed';
  if (verdict === 'pending') return null;
  return verdict === 'unknown' && !wasMissing ? 'TelemetryMissing' : 'BatchLateOrMissing';
}

function failed(
  occurrence: WatchedOccurrence,
  failure: OccurrenceRun,
  watcher: Watcher,
): AlertCondition {
  const { pipeline, nominalNs, dueNs, verdict, run } = occurrence;
  const now =
    run?.state === 'running'
      ? 'a retry is under way'
      : verdict === 'missing'
        ? 'and missed its deadline'
        : `its data is due ${formatTime(dueNs)}`;
  const what = failure.state === 'cancelled' ? 'was cancelled' : 'failed';
  return {
    ...common(occurrence, watcher),
    name: 'BatchFailed',
    runbook: 'BatchFailed',
    subject: { ...subjectOf(occurrence), batch: failure.batchId },
    summary: `${pipeline}: the run of ${formatTime(nominalNs)} ${what} ${formatTime(endOf(failure))}; ${now}.`,
    sinceNs: endOf(failure),
  };
}

function missing(occurrence: WatchedOccurrence, watcher: Watcher): AlertCondition {
  const { pipeline, nominalNs, dueNs, cause } = occurrence;
  return {
    ...common(occurrence, watcher),
    name: 'BatchLateOrMissing',
    runbook: 'BatchLateOrMissing',
    subject: subjectOf(occurrence),
    summary: `${pipeline}: the data of ${formatTime(nominalNs)} was due ${formatTime(dueNs)} and has not landed: ${cause}.`,
    sinceNs: dueNs,
  };
}

function unseenEnd(occurrence: WatchedOccurrence, watcher: Watcher): AlertCondition {
  const { pipeline, nominalNs, dueNs } = occurrence;
  return {
    ...common(occurrence, watcher),
    name: 'TelemetryMissing',
    runbook: 'TelemetryMissing',
    subject: subjectOf(occurrence),
    summary: `${pipeline}: the run of ${formatTime(nominalNs)} was seen and its end was not: nobody can say whether it landed by ${formatTime(dueNs)}.`,
    sinceNs: dueNs,
  };
}

const subjectOf = ({
  pipeline,
  nominalNs,
}: WatchedOccurrence): AlertCondition['subject'] & { pipeline: string; occurrence: string } => ({
  pipeline,
  occurrence: formatTime(nominalNs),
});

function common(
  occurrence: WatchedOccurrence,
  { severity, owner, slos, destinations }: Watcher,
): Pick<AlertCondition, 'severity' | 'state' | 'owner' | 'details'> {
  const { dueNs, verdict, cause, run } = occurrence;
  const details = {
    figures: {
      verdict,
      cause,
      due: formatTime(dueNs),
      ...(run === null ? {} : { run: run.runId, batch: run.batchId }),
      ...(slos.length === 0 ? {} : { slos: slos.join(', ') }),
    },
    ...(destinations === undefined ? {} : { destinations }),
  };
  return { severity, state: 'firing', owner, details: withStake(details, stakeOf(occurrence)) };
}

/** Of a batch that is late or failed what has been spent on it: what no run was seen of has spent nothing that is known. */
function stakeOf({ run, failure, costNano, unpriced }: WatchedOccurrence): Stake {
  if (costNano !== null) return { nano: costNano, of: 'batch so far', window: null, unpriced };
  return noStake(run === null && failure === null ? 'no run was seen' : 'no cost is known');
}

/** Too many of the last occurrences were bad: a ticket, whatever became of each. */
export function burnTicket(
  slo: Slo,
  { isTicket, burn, of }: OccurrenceStatus,
  atNs: bigint,
): AlertCondition[] {
  if (!isTicket || burn === null) return [];
  const shown = String(Number(burn.toPrecision(3)));
  const [pipeline] = slo.pipelines;
  return [
    {
      name: 'ErrorBudgetBurn',
      runbook: 'ErrorBudgetBurn',
      subject: { slo: slo.name, ...(pipeline === undefined ? {} : { pipeline }) },
      severity: 'ticket',
      state: 'firing',
      summary: `${slo.displayName}: the last ${of} occurrences burn ${shown} times what the target allows.`,
      owner: slo.owner,
      sinceNs: atNs,
      details: {
        figures: { burnRate: shown, occurrences: String(of) },
        ...policyDestinations([slo], null),
      },
    },
  ];
}

/** The first that failed or was cancelled; null: none did. */
export const firstFailure = (runs: readonly OccurrenceRun[]): OccurrenceRun | null =>
  runs
    .filter(({ state }) => state === 'failed' || state === 'cancelled')
    .reduce<OccurrenceRun | null>(
      (first, run) => (first && first.startNs <= run.startNs ? first : run),
      null,
    );

const endOf = ({ startNs, endNs }: OccurrenceRun): bigint => endNs ?? startNs;
