/** Which steps of a runbook a person has ticked, kept in this browser for one runbook, batch and revision. */
export interface StepTicks {
  read: () => ReadonlySet<number>;
  write: (done: ReadonlySet<number>) => void;
}

interface TickPlace {
  runbook: string;
  revision: string;
  pipeline: string | null;
  batch: string | null;
}

/** A new revision starts unticked: its steps may be others. */
export function stepTicks({ runbook, revision, pipeline, batch }: TickPlace): StepTicks {
  const key = `burnbook.steps.${JSON.stringify([runbook, revision, pipeline, batch])}`;
  return {
    read: () => {
      try {
        const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
        return new Set(
          Array.isArray(kept) ? kept.filter((each): each is number => Number.isInteger(each)) : [],
        );
      } catch {
        return new Set();
      }
    },
    write: (done) => {
      try {
        if (done.size === 0) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify([...done].sort((a, b) => a - b)));
      } catch {
        // Storage may be full or blocked: the ticks then last as long as the page.
      }
    },
  };
}
