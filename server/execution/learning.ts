/**
 * What following a runbook has shown: the times of its executions, and what changed around each step. Burn and spend are those
 * of ten whole minutes before and after the minute in which a step was done; the minute itself is neither.
 */
import { divideHalfEven } from '@burnbook/domain/money';
import {
  learnedFigures,
  type LearnedExecution,
  type LearnedFigures,
  type StepFigures,
} from '@burnbook/domain/runbook/learning';
import { median } from '@burnbook/domain/slo/expectedEvents';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { QueryRow } from '../store/protocol.js';
import type { StoreClient } from '../store/storeClient.js';
import { readExecutions } from './readExecutions.js';

/** Minutes since 1970, [from, end). */
export interface Stretch {
  readonly from: number;
  readonly end: number;
}

export interface LearningSources {
  readonly store: StoreClient;
  readonly nowNs: bigint;
  /** Burn rate of an SLO in stretches; null where it is not known. */
  readonly burnRates: (slo: string, stretches: readonly Stretch[]) => Promise<(number | null)[]>;
}

export interface RevisionLearning {
  readonly revision: string;
  readonly firstUsedNs: bigint;
  readonly lastUsedNs: bigint;
  /** In earnest. */
  readonly executions: number;
  readonly gameDays: number;
  /** What the figures are of: game days only where nobody has used the revision in earnest. */
  readonly figuresOf: 'uses' | 'gameDays';
  readonly figures: Omit<LearnedFigures, 'steps'> & { readonly steps: readonly ChangedStep[] };
}

/** Medians around a step, of the uses of which both sides are known; null: of none. Spend in nano-USD an hour. */
interface StepChange {
  readonly burnBefore: number | null;
  readonly burnAfter: number | null;
  readonly nanoPerHourBefore: bigint | null;
  readonly nanoPerHourAfter: bigint | null;
}

type ChangedStep = StepFigures & StepChange;

type Execution = LearnedExecution & {
  readonly slo: string | null;
  readonly pipeline: string | null;
};

/** A stretch before or after a step, with what is known of it. */
interface Around extends Stretch {
  readonly execution: Execution;
  readonly step: number;
  readonly side: 'before' | 'after';
  burn: number | null;
  nano: bigint | null;
}

const EXECUTIONS_MAX = 500;
const STRETCHES_MAX = 4_000;
const AROUND_MINUTES = 10;
/** Counts and lines of a minute arrive a little after it. */
const SETTLED_MINUTES = 2;
const PER_HOUR = 60n / BigInt(AROUND_MINUTES);

/**
 * By revision, the newest use first.
 * @param runbook.slo whose burn it is about, where neither place nor alert says so.
 * @throws StoreError
 */
export async function learningOf(
  sources: LearningSources,
  runbook: { readonly name: string; readonly slo: string | null },
): Promise<RevisionLearning[]> {
  const executions = await executionsOf(sources.store, runbook);
  const revisions = new Map<string, Execution[]>();
  for (const execution of executions) {
    const known = revisions.get(execution.revision);
    if (known) known.push(execution);
    else revisions.set(execution.revision, [execution]);
  }
  const counted = [...revisions].map(([revision, all]) => {
    const uses = all.filter(({ isGameDay }) => !isGameDay);
    const figuresOf = uses.length > 0 ? ('uses' as const) : ('gameDays' as const);
    return { revision, all, uses, figuresOf, of: uses.length > 0 ? uses : all };
  });
  const arounds = await readArounds(
    sources,
    counted.flatMap(({ of }) => of),
  );
  return counted.map(({ revision, all, uses, figuresOf, of }) => {
    const figures = learnedFigures(of, sources.nowNs);
    const mine = arounds.filter(({ execution }) => execution.revision === revision);
    return {
      revision,
      firstUsedNs: all.at(-1)?.startedNs ?? 0n,
      lastUsedNs: all[0]?.startedNs ?? 0n,
      executions: uses.length,
      gameDays: all.length - uses.length,
      figuresOf,
      figures: {
        ...figures,
        steps: figures.steps.map((step) => ({ ...step, ...changeOf(mine, step.number) })),
      },
    };
  });
}

/** The newest first. */
async function executionsOf(
  store: StoreClient,
  { name, slo }: { readonly name: string; readonly slo: string | null },
): Promise<Execution[]> {
  const { items } = await readExecutions(store, { runbook: name, limit: EXECUTIONS_MAX });
  if (items.length === 0) return [];
  const ids = items.map(({ start }) => start.executionId);
  const causes = new Map(
    (await store.query('learning_causes', { ids })).map((row) => [row['execution_id'], row]),
  );
  return items.map(({ start, events, state }) => {
    const cause = causes.get(start.executionId) ?? {};
    return {
      revision: start.revision,
      isGameDay: start.gameDay,
      startedNs: start.startedNs,
      steps: state.steps,
      outcome: state.finished?.outcome ?? null,
      lastNs: events.at(-1)?.atNs ?? start.startedNs,
      cause: textOf(cause, 'cause'),
      firedNs: nsOf(cause, 'fired_ns'),
      acknowledgedNs: nsOf(cause, 'acknowledged_ns'),
      resolvedNs: nsOf(cause, 'resolved_ns'),
      slo: textOf(cause, 'slo') ?? slo,
      pipeline: textOf(cause, 'pipeline'),
    };
  });
}

/** The newest steps that were done, as many as there is time to look at. */
async function readArounds(
  sources: LearningSources,
  executions: readonly Execution[],
): Promise<Around[]> {
  const settledMinute = Number(sources.nowNs / MINUTE_NS) - SETTLED_MINUTES;
  const arounds = executions
    .flatMap((execution) => execution.steps.map((step) => ({ execution, step })))
    .flatMap(({ execution, step: { number, state, atNs } }): Around[] => {
      if (state !== 'done' || atNs === null) return [];
      const minute = Number(atNs / MINUTE_NS);
      const known = { execution, step: number, burn: null, nano: null };
      const after = minute + 1;
      return [
        { ...known, side: 'before', from: minute - AROUND_MINUTES, end: minute },
        { ...known, side: 'after', from: after, end: after + AROUND_MINUTES },
      ];
    })
    .slice(0, STRETCHES_MAX)
    .filter(({ end }) => end <= settledMinute);
  await Promise.all([addBurn(sources, arounds), addSpend(sources.store, arounds)]);
  return arounds;
}

async function addBurn({ burnRates }: LearningSources, arounds: readonly Around[]): Promise<void> {
  const names = new Set(arounds.flatMap(({ execution }) => execution.slo ?? []));
  for (const name of names) {
    const mine = arounds.filter(({ execution }) => execution.slo === name);
    const rates = await burnRates(name, mine);
    mine.forEach((around, index) => (around.burn = rates[index] ?? null));
  }
}

async function addSpend(store: StoreClient, arounds: readonly Around[]): Promise<void> {
  const mine = arounds.filter(({ execution }) => execution.pipeline !== null);
  if (mine.length === 0) return;
  const rows = await store.query('learning_spend', {
    pipelines: mine.map(({ execution }) => execution.pipeline ?? ''),
    firsts: mine.map(({ from }) => BigInt(from) * MINUTE_NS),
    minutes: AROUND_MINUTES,
    from: BigInt(Math.min(...mine.map(({ from }) => from))) * MINUTE_NS,
    to: BigInt(Math.max(...mine.map(({ end }) => end))) * MINUTE_NS,
  });
  mine.forEach((around, index) => (around.nano = nsOf(rows[index] ?? {}, 'cost')));
}

/** Of the uses of which both sides are known: medians of different uses would show a change where there is none. */
function changeOf(arounds: readonly Around[], step: number): StepChange {
  const mine = arounds.filter((around) => around.step === step);
  const burn = sidesOf(mine, ({ burn: rate }) => rate);
  const nano = sidesOf(mine, ({ nano: spent }) => spent);
  const perHour = (spent: readonly bigint[]): bigint | null => {
    const middle = medianNano(spent);
    return middle === null ? null : middle * PER_HOUR;
  };
  return {
    burnBefore: median(burn.before),
    burnAfter: median(burn.after),
    nanoPerHourBefore: perHour(nano.before),
    nanoPerHourAfter: perHour(nano.after),
  };
}

function sidesOf<Figure>(
  arounds: readonly Around[],
  figureOf: (around: Around) => Figure | null,
): Record<Around['side'], Figure[]> {
  const known = new Map<Around['side'], Map<Execution, Figure>>([
    ['before', new Map()],
    ['after', new Map()],
  ]);
  for (const around of arounds) {
    const figure = figureOf(around);
    if (figure !== null) known.get(around.side)?.set(around.execution, figure);
  }
  const both = (side: Around['side'], other: Around['side']): Figure[] =>
    [...(known.get(side) ?? [])].flatMap(([execution, figure]) =>
      known.get(other)?.has(execution) ? [figure] : [],
    );
  return { before: both('before', 'after'), after: both('after', 'before') };
}

/** Exact but for half a nano-USD between two in the middle. */
function medianNano(values: readonly bigint[]): bigint | null {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  const upper = sorted[Math.floor(sorted.length / 2)];
  return lower === undefined || upper === undefined ? null : divideHalfEven(lower + upper, 2n);
}

const textOf = (row: QueryRow, name: string): string | null => (row[name] ?? null) as string | null;
const nsOf = (row: QueryRow, name: string): bigint | null => (row[name] ?? null) as bigint | null;
