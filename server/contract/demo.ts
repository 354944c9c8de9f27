/** Faults of the server itself, in demos alone. */
import { z } from 'zod';

/** `POST /api/demo/store` */
export const storeFaultSchema = z.strictObject({
  /** `end`: the store's process dies, as by kill -9. `pause`: it stands still, as on a disk that does not answer. */
  act: z.enum(['end', 'pause']),
  /** How long it stands still. */
  seconds: z.number().min(0.1).max(10).default(1),
});

export const storeFaultAnswerSchema = z.object({
  /** Of the process. */
  pid: z.number(),
});
export type StoreFaultAnswer = z.infer<typeof storeFaultAnswerSchema>;
