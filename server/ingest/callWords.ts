import type { FactSet } from '@burnbook/domain/factSet';
import type { Emitter } from './emitter.js';
import type { JsonObject } from './jsonObject.js';

/** A model call as its span tells it. */
export interface CallWords {
  readonly facts: FactSet;
  /** The Vercel AI SDK's provider metadata. */
  readonly metadata: JsonObject | null;
  /** The provider's own usage object, where the emitter hands it on. */
  readonly raw: JsonObject | null;
  readonly emitter: Emitter;
  /** In lower case. */
  readonly provider: string | null;
  readonly model: string | null;
}
