/**
 * The benchmarks' load: bodies of 512 spans × 12 attributes, by serial number. A run and its batch have ten bodies
 * (5,120 spans over 320 traces), four runs go on at a time, over eight pipelines; one run in fifty fails and another run
 * does its batch again.
 */
import { LoadTemplate } from './loadTemplate.js';
import { seededRandom } from './loadTrace.js';

export interface LoadOptions {
  /** Loads of different seeds have no id in common. */
  readonly seed: number;
  /** When the body with serial 0 begins, UTC nanoseconds. */
  readonly startNs: bigint;
  /** How much later each further body begins. */
  readonly stepNs: bigint;
  /** Of a run and its batch, each of 512 spans. Default 10. */
  readonly bodiesPerRun?: number;
}

export const SPANS_PER_BODY = 512;
const SPANS_PER_TRACE = 16;
const PIPELINES = [
  'mail-features',
  'news-digest',
  'claims-triage',
  'support-tags',
  'doc-embed',
  'web-crawl',
  'call-notes',
  'shop-search',
] as const;
const BODIES_PER_RUN = 10;
const RUNS_AT_A_TIME = 4;
const TEMPLATES_PER_PIPELINE = 24;
/** This run of each fifty fails; the pipeline's next one does its batch again. */
const FAILING_RUN = 41;
const AGAIN_RUN = FAILING_RUN + PIPELINES.length;
const RUN_CYCLE = 50;

interface PipelineTemplates {
  readonly work: readonly LoadTemplate[];
  readonly succeeded: LoadTemplate;
  readonly failed: LoadTemplate;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #templates: readonly PipelineTemplates[];

  constructor(options: LoadOptions) {
    this.#options = options;
    const random = seededRandom(options.seed);
    const shape = { random, spans: SPANS_PER_BODY, spansPerTrace: SPANS_PER_TRACE };
    this.#templates = PIPELINES.map((pipeline) => ({
      work: Array.from(
        { length: TEMPLATES_PER_PIPELINE },
        () => new LoadTemplate({ ...shape, pipeline }),
      ),
      succeeded: new LoadTemplate({ ...shape, pipeline, runOutcome: 'succeeded' }),
      failed: new LoadTemplate({ ...shape, pipeline, runOutcome: 'failed' }),
    }));
  }

  /** The body of this serial number, not compressed. */
  body(serial: number): Buffer {
    const { seed, startNs, stepNs, bodiesPerRun = BODIES_PER_RUN } = this.#options;
    const block = Math.floor(serial / (bodiesPerRun * RUNS_AT_A_TIME));
    const inBlock = serial % (bodiesPerRun * RUNS_AT_A_TIME);
    const run = block * RUNS_AT_A_TIME + (inBlock % RUNS_AT_A_TIME);
    const isLast = Math.floor(inBlock / RUNS_AT_A_TIME) === bodiesPerRun - 1;
    const inCycle = run % RUN_CYCLE;
    const templates = this.#templates[run % PIPELINES.length] as PipelineTemplates;
    const random = seededRandom(
      Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(serial + 1, 0x85ebca6b),
    );
    const mask = Uint32Array.from({ length: 6 }, () => random() * 4_294_967_296);
    const work = templates.work[Math.floor(random() * TEMPLATES_PER_PIPELINE)] as LoadTemplate;
    const end = inCycle === FAILING_RUN ? templates.failed : templates.succeeded;
    const runNumber = (seed % 4096) * 0x100000 + run;
    return (isLast ? end : work).body({
      run: runNumber,
      batch: inCycle === AGAIN_RUN ? runNumber - PIPELINES.length : runNumber,
      unique: (seed % 256) * 0x1000000 + serial,
      mask,
      startNs: startNs + BigInt(serial) * stepNs,
    });
  }
}
