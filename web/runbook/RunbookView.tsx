import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Runbook } from '../../server/contract.js';
import { useExecutions } from '../execution/openExecutions.js';
import { LateNameDialog } from '../incident/LateNameDialog.js';
import { t } from '../i18n/t.js';
import { Late } from '../parts/Late.js';
import { PanelError } from '../parts/Panel.js';
import { usePageKeys } from '../shell/useKeys.js';
import { useView } from '../url/useView.js';
import { putExecution } from './eventQueue.js';
import { RunBar, StartBar } from './ExecutionBar.js';
import type { Act } from './executionModel.js';
import { NextStep } from './NextStep.js';
import { PanelColumn } from './PanelColumn.js';
import { RunbookText } from './RunbookText.js';
import { stepKeys } from './stepKeys.js';
import type { StepAsk } from './StepFoot.js';
import { stepTicks } from './stepTicks.js';
import { useMedia } from './useMedia.js';
import { useRun } from './useRun.js';

interface RunbookViewProps {
  runbook: Runbook;
  /** What it was filled with. */
  place: Readonly<Record<string, string>>;
}

/** The steps with their boxes, what is recorded of them, and the panels beside the step being read. */
export function RunbookView({ runbook, place }: RunbookViewProps) {
  const view = useView();
  const { pipeline, batch, budget, incident } = place;
  const subject = batch ?? budget ?? null;
  const ticks = useMemo(
    () =>
      stepTicks({
        runbook: runbook.name,
        revision: runbook.revision,
        pipeline: pipeline ?? null,
        batch: subject,
      }),
    [runbook.name, runbook.revision, pipeline, subject],
  );
  const id = view.param('execution');
  const { run, query } = useRun(runbook, { id, ticks });
  const open = useExecutions(id === null ? { runbook: runbook.name, state: 'open' } : null);
  const joinable = (open.data?.items ?? []).filter(
    ({ incidentId }) => incident === undefined || incidentId === incident,
  );
  const [active, setActive] = useState<string | null>(null);
  const [ask, setAsk] = useState<StepAsk | null>(null);
  const [unnamed, setUnnamed] = useState<Act | null>(null);
  const wide = useMedia('(min-width: 900px)');
  const act = (next: Act) => (run.needsName() ? setUnnamed(next) : run.act(next));
  const tick = (step: number, done: boolean) => act({ kind: done ? 'tick' : 'untick', step });
  const keys = useRef({ run, tick });
  keys.current = { run, tick };
  usePageKeys(useMemo(() => stepKeys(keys), []));
  const execution = run.execution.value;
  const [taking, setTaking] = useState<readonly number[]>([]);
  // What a person has ticked before deciding to record it goes along.
  const follow = (executionId: string, takesTicks: boolean) => {
    const ticked = run.steps.value.filter(({ state }) => state === 'done');
    if (takesTicks) setTaking(ticked.map(({ number }) => number));
    view.set({ execution: executionId });
  };
  useEffect(() => {
    if (execution === null || taking.length === 0) return;
    setTaking([]);
    for (const step of taking) run.act({ kind: 'tick', step });
    ticks.write(new Set());
  }, [execution?.id, taking]);

  const hasSteps = runbook.steps.length > 0;
  return (
    <>
      {id !== null && query.isError && <PanelError query={query} />}
      {execution ? (
        <RunBar
          run={run}
          execution={execution}
          expectedMinutes={runbook.expectedMinutes}
          onAsk={setAsk}
          onLeave={() => view.set({ execution: null, step: null })}
        />
      ) : (
        hasSteps &&
        id === null && (
          <StartBar
            runbook={runbook.name}
            place={place}
            open={joinable}
            onStarted={(detail) => {
              putExecution(detail);
              follow(detail.execution.id, true);
            }}
            onJoin={(each) => follow(each.id, false)}
          />
        )
      )}
      <div class={wide && runbook.panels.length > 0 ? 'runbook-columns' : 'runbook-columns narrow'}>
        <div class="runbook-main">
          <RunbookText
            runbook={runbook}
            run={run}
            onTick={tick}
            onAsk={setAsk}
            inline={!wide}
            onActivePanel={setActive}
            startAt={Number(view.param('step')) || null}
          />
        </div>
        {wide && runbook.panels.length > 0 && (
          <PanelColumn
            slots={runbook.panels}
            active={active}
            chosen={subject !== null || incident !== undefined || place['slo'] !== undefined}
          />
        )}
      </div>
      {hasSteps && <NextStep runbook={runbook} run={run} onTick={tick} />}
      {ask && (
        <Late
          load={() => import('./RunDialog.js').then(({ RunDialog }) => RunDialog)}
          props={{ ask, run, onClose: () => setAsk(null) }}
          waiting={null}
        />
      )}
      {unnamed && (
        <LateNameDialog
          title={t('run.name')}
          onClose={() => setUnnamed(null)}
          onNamed={() => {
            run.act(unnamed);
            setUnnamed(null);
          }}
        />
      )}
    </>
  );
}
