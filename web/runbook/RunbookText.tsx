import { effect } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Runbook } from '../../server/contract.js';
import { LivePanel } from '../panels/LivePanel.js';
import { Portal } from '../parts/Portal.js';
import { CheckLine } from './CheckLine.js';
import { firstOpen } from './executionModel.js';
import { panelInView, prepareText, type TextPlaces } from './runbookDom.js';
import { StepFoot, type StepAsk } from './StepFoot.js';
import type { Run } from './useRun.js';
import { VerifyBlock } from './VerifyBlock.js';

interface RunbookTextProps {
  runbook: Runbook;
  run: Run;
  onTick: (step: number, done: boolean) => void;
  onAsk: (ask: StepAsk) => void;
  /** Panels stand in the text: the screen is too narrow for them beside it. */
  inline: boolean;
  onActivePanel: (id: string | null) => void;
  /** The step to start at; null: the beginning. */
  startAt: number | null;
}

const NOWHERE: TextPlaces = { feet: [], panels: [], checks: [], verify: null };

/** The runbook's own words, with a box to tick at each step, a copy button at each command, live checks, and panels. */
export function RunbookText({
  runbook,
  run,
  onTick,
  onAsk,
  inline,
  onActivePanel,
  startAt,
}: RunbookTextProps) {
  const article = useRef<HTMLElement>(null);
  const [places, setPlaces] = useState(NOWHERE);
  const latest = useRef({ onTick, onAsk, onActivePanel });
  latest.current = { onTick, onAsk, onActivePanel };
  const { html, checks } = runbook;

  useLayoutEffect(() => {
    const element = article.current;
    if (!element) return;
    element.innerHTML = html;
    setPlaces(prepareText(element, (step, done) => latest.current.onTick(step, done)));
  }, [html]);
  // Straight into the document: a tick shows before anything else is drawn anew.
  useLayoutEffect(() => effect(() => showSteps(article.current, run)), [run, places]);
  useEffect(() => followPanel(places, inline, latest), [places, inline]);
  useLayoutEffect(() => {
    if (startAt !== null) document.getElementById(`step-${startAt}`)?.scrollIntoView();
  }, [places, startAt]);

  // The same nodes as long as nothing moves: ticking draws no panel anew.
  const parts = useMemo(
    () => [
      ...places.feet.map(({ number, into }) => (
        <Portal key={`foot-${number}`} into={into}>
          <StepFoot number={number} run={run} onAsk={(ask) => latest.current.onAsk(ask)} />
        </Portal>
      )),
      ...places.checks.flatMap(({ id, into }) => {
        const check = checks.find((each) => each.id === id);
        return check
          ? [
              <Portal key={id} into={into}>
                <CheckLine check={check} />
              </Portal>,
            ]
          : [];
      }),
      places.verify && (
        <Portal key="verify" into={places.verify}>
          <VerifyBlock run={run} onAsk={(ask) => latest.current.onAsk(ask)} />
        </Portal>
      ),
    ],
    [places, checks, run],
  );
  const panels = useMemo(
    () =>
      inline &&
      places.panels.map(({ id, into, panel, params }) => (
        <Portal key={id} into={into}>
          <LivePanel panel={panel} params={params} />
        </Portal>
      )),
    [places, inline],
  );
  return (
    <>
      <article class={`runbook-text${inline ? '' : ' panels-beside'}`} ref={article} lang="en" />
      {parts}
      {panels}
    </>
  );
}

function showSteps(article: HTMLElement | null, run: Run): void {
  const steps = run.steps.value;
  const current = firstOpen(steps);
  const isOver = run.execution.value?.state === 'finished';
  article?.querySelectorAll<HTMLInputElement>('input.tick').forEach((box, index) => {
    const state = steps[index]?.state ?? 'open';
    box.checked = state === 'done';
    box.indeterminate = state === 'skipped';
    box.disabled = isOver;
    const step = box.closest('li');
    step?.classList.toggle('done', state !== 'open');
    step?.classList.toggle('current', index + 1 === current && !isOver);
  });
}

function followPanel(
  { panels }: TextPlaces,
  inline: boolean,
  latest: { current: Pick<RunbookTextProps, 'onActivePanel'> },
): (() => void) | undefined {
  if (inline || panels.length === 0) return undefined;
  let frame = 0;
  const look = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => latest.current.onActivePanel(panelInView(panels)));
  };
  look();
  const listening = new AbortController();
  addEventListener('scroll', look, { passive: true, signal: listening.signal });
  addEventListener('resize', look, { signal: listening.signal });
  return () => {
    listening.abort();
    cancelAnimationFrame(frame);
  };
}
