import { pipeline } from '@burnbook/collectors';
import type { Collector } from '@burnbook/collectors';

/** A run that has begun, and that ends when it is told to. */
export interface OpenRun {
  /** Resolves when its end has been sent. */
  land: () => Promise<void>;
}

/** @returns when its beginning has been sent. */
export async function openRun(
  collector: Collector,
  of: { pipeline: string; nominal: Date },
): Promise<OpenRun> {
  let land = (): void => undefined;
  const landed = new Promise<void>((resolve) => (land = resolve));
  const { nominal } = of;
  const run = pipeline(of.pipeline, { collector }).run(
    { batch: nominal.toISOString(), nominalTime: nominal, kind: 'scheduled' },
    () => landed,
  );
  await collector.flush();
  return {
    land: async () => {
      land();
      await run;
    },
  };
}
