import { firstOpen } from './executionModel.js';
import { stepElement } from './runbookDom.js';
import type { Run } from './useRun.js';

interface StepHands {
  run: Run;
  tick: (step: number, done: boolean) => void;
}

/** The keys of a runbook: `n` the next step, `x` ticks it, `p` to the panel and back. */
export function stepKeys(hands: { current: StepHands }): Record<string, () => void> {
  let at: number | null = null;
  return {
    n: () => {
      const steps = hands.current.run.steps.value;
      const from = focusedStep() ?? at ?? 0;
      const next =
        steps.find(({ number, state }) => number > from && state === 'open')?.number ??
        firstOpen(steps);
      if (next === null) return;
      at = next;
      focusStep(next);
    },
    x: () => {
      const { run, tick } = hands.current;
      if (run.execution.value?.state === 'finished') return;
      const steps = run.steps.value;
      const step = focusedStep() ?? at ?? firstOpen(steps);
      if (step === null) return;
      at = step;
      tick(step, steps.find(({ number }) => number === step)?.state === 'open');
    },
    p: () => {
      const step = focusedStep() ?? at ?? firstOpen(hands.current.run.steps.value);
      const focused = document.activeElement;
      const panel = panelFor(step);
      if (!panel) return;
      if (focused && panel.contains(focused)) {
        if (step !== null) focusStep(step);
        return;
      }
      at = step;
      panel.tabIndex = -1;
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: 'nearest' });
    },
  };
}

function focusedStep(): number | null {
  const id = document.activeElement?.closest('li.step')?.id;
  return id === undefined ? null : Number(id.replace('step-', ''));
}

function focusStep(number: number): void {
  const step = stepElement(number);
  step?.querySelector<HTMLElement>('input.tick')?.focus({ preventScroll: true });
  step?.scrollIntoView({ block: 'center' });
}

/** Beside the text, or on a narrow screen the one under the step, else the first that follows it. */
function panelFor(step: number | null): HTMLElement | null {
  const column = document.querySelector<HTMLElement>('.panel-column');
  if (column) return column;
  const panels = [...document.querySelectorAll<HTMLElement>('figure.panel-slot')];
  const element = step === null ? null : stepElement(step);
  return (
    panels.find((panel) => element?.contains(panel)) ??
    panels.find(
      (panel) =>
        element !== null &&
        (element.compareDocumentPosition(panel) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
    ) ??
    panels[0] ??
    null
  );
}
