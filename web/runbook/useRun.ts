import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo } from 'preact/hooks';
import type { Execution, ExecutionDetail, Runbook } from '../../server/contract.js';
import { useApi, type ApiResult } from '../api/useApi.js';
import { actor } from '../form/actor.js';
import { enqueue, executionPath, followQueue, queued } from './eventQueue.js';
import { localSteps, newEventId, shownSteps, type Act, type ShownStep } from './executionModel.js';
import type { StepTicks } from './stepTicks.js';

/** A runbook being followed: recorded for all as an execution, or ticked in this browser alone. */
export interface Run {
  /** null: nothing is recorded. */
  execution: ReadonlySignal<Execution | null>;
  steps: ReadonlySignal<readonly ShownStep[]>;
  /** How many events wait to be sent. */
  waiting: ReadonlySignal<number>;
  /** Does it at once; sent and kept as soon as the server answers. Of a run that is not recorded: ticks alone. */
  act: (act: Act) => void;
  /** Takes every tick back that is in this browser alone. */
  clear: () => void;
  /** True: what is done needs a name and none is known. */
  needsName: () => boolean;
}

const EVERY_MS = 15_000;

/** @param id of the execution that the URL names; null: none is followed. */
export function useRun(
  runbook: Runbook,
  { id, ticks }: { id: string | null; ticks: StepTicks },
): { run: Run; query: ApiResult<ExecutionDetail> } {
  const query = useApi<ExecutionDetail>(id === null ? null : executionPath(id), {
    liveness: 'execution',
    everyMs: EVERY_MS,
  });
  const known = useMemo(() => signal<Execution | null>(null), []);
  const local = useMemo(() => signal(ticks.read()), [ticks]);
  const found = query.isPlaceholderData ? null : (query.data?.execution ?? null);
  // A link that was put together wrong: ticks of this text would be recorded as steps of another.
  const isOther = found !== null && found.runbook !== runbook.name;
  known.value = id === null || isOther ? null : found;
  const { route } = useLocation();
  useEffect(() => {
    if (isOther) route(`/runbooks/${encodeURIComponent(found.runbook)}${location.search}`, true);
  }, [isOther]);
  useEffect(followQueue, []);

  const run = useMemo((): Run => {
    const pending = computed(() =>
      queued.value.filter(({ execution }) => execution === known.value?.id),
    );
    const keep = (next: ReadonlySet<number>) => {
      ticks.write(next);
      local.value = next;
    };
    return {
      execution: known,
      steps: computed(() =>
        known.value
          ? shownSteps(known.value, pending.value)
          : localSteps(runbook.steps, local.value),
      ),
      waiting: computed(() => pending.value.length),
      act: ({ kind, step, text }) => {
        if (known.value) {
          enqueue([
            {
              execution: known.value.id,
              actor: actor.value,
              event: {
                id: newEventId(),
                kind,
                at: new Date().toISOString(),
                ...(step === undefined ? {} : { step }),
                ...(text === undefined ? {} : { text }),
              },
            },
          ]);
        } else if (step !== undefined && (kind === 'tick' || kind === 'untick')) {
          const next = new Set(local.value);
          if (kind === 'tick') next.add(step);
          else next.delete(step);
          keep(next);
        }
      },
      clear: () => keep(new Set()),
      needsName: () => known.value !== null && actor.value === '',
    };
  }, [runbook, ticks, known, local]);
  return { run, query };
}
