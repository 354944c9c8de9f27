import { join } from 'node:path';
import { pipeline } from '@burnbook/collectors';
import type { ByteCounts, PipelineOptions, RowCounts, RunHandle } from '@burnbook/collectors';
import { checkpoint, shortHash } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';

/** What a step may use while it runs. */
export interface StepContext {
  partition: string;
  /** Folder of the partition, for files that are too big for a step's output. */
  folder: string;
  /** Identifies this step's work: the same in a resumed run, another when anything changed. */
  key: string;
  /** Aborts at the deadline, on cancellation, and when another step of the run failed. */
  signal: AbortSignal;
  rows: (counts: RowCounts) => void;
  bytes: (counts: ByteCounts) => void;
  /** Names the dataset that the step writes. */
  publishes: (dataset: string) => void;
  /** Does `work` once per id, even if the process dies before the step ends. For what costs money. */
  once: <T>(id: string, work: () => Promise<T>) => Promise<T>;
}

/** A step in the graph. `Output` must survive JSON. */
export interface Step<Output> {
  readonly name: string;
  /** Never set: it carries the type of the output. */
  readonly output?: Output;
}

type Needs = Record<string, Step<unknown>>;
type Inputs<N extends Needs> = { [K in keyof N]: N[K] extends Step<infer O> ? O : never };

export interface StepOptions<N extends Needs, Output> {
  /** Change it whenever the step's code or settings change: it then runs again, and all after it. */
  version: string;
  /** The steps whose outputs it takes. */
  needs: N;
  run: (inputs: Inputs<N>, context: StepContext) => Output | Promise<Output>;
}

export interface BackfillOptions {
  /** In the order to run, one run each. */
  partitions: readonly string[];
  /** Where finished steps are kept. Delete it to pay for everything again. */
  workFolder: string;
  /** Changes when the partition's source data change. */
  fingerprint: (partition: string) => string;
  kind?: 'scheduled' | 'backfill' | 'manual';
  /** For each partition's run, in milliseconds. */
  deadlineMs?: number;
  signal?: AbortSignal;
  onStep?: (partition: string, step: string, how: 'finished' | 'resumed') => void;
}

/** How one partition went. `resumed` when nothing was left to do: then there was no run. */
export interface PartitionResult {
  partition: string;
  outcome: 'succeeded' | 'failed' | 'cancelled' | 'resumed';
  runId: string | null;
  stepsRun: string[];
  stepsResumed: string[];
  error: unknown;
}

export interface Dag {
  readonly name: string;
  /** Adds a step. Its needs must exist already, so the graph has no cycle. */
  step: <N extends Needs, Output>(name: string, options: StepOptions<N, Output>) => Step<Output>;
  /** Runs the graph for each partition. A failed partition does not stop the next; cancelling does. */
  backfill: (options: BackfillOptions) => Promise<PartitionResult[]>;
}

interface Node {
  name: string;
  version: string;
  needs: Map<string, string>;
  run: (inputs: Record<string, unknown>, context: StepContext) => unknown;
}

/**
 * A graph of steps over partitions of data. Steps whose needs are met run at the same time; each
 * finished one is on disk and is not run again. Every run, step and row count goes to the collectors.
 */
export function createDag(name: string, pipelineOptions: PipelineOptions = {}): Dag {
  const nodes = new Map<string, Node>();
  const runs = pipeline(name, pipelineOptions);

  const backfill = async (options: BackfillOptions): Promise<PartitionResult[]> => {
    const results: PartitionResult[] = [];
    for (const partition of options.partitions) {
      if (options.signal?.aborted) break;
      results.push(await runPartition(partition, options));
    }
    return results;
  };

  const runPartition = async (
    partition: string,
    options: BackfillOptions,
  ): Promise<PartitionResult> => {
    const work = await plan([...nodes.values()], partition, options);
    const result: PartitionResult = {
      partition,
      outcome: 'resumed',
      runId: null,
      stepsRun: [],
      stepsResumed: work.filter(({ finished }) => finished).map(({ node }) => node.name),
      error: null,
    };
    for (const step of result.stepsResumed) options.onStep?.(partition, step, 'resumed');
    if (work.every(({ finished }) => finished)) return result;
    const { kind = 'manual', deadlineMs, signal } = options;
    try {
      await runs.run(
        {
          batch: partition,
          partition,
          nominalTime: `${partition}T00:00:00Z`,
          kind,
          ...(deadlineMs !== undefined && { deadlineMs }),
          ...(signal && { signal }),
        },
        async (run) => {
          result.runId = run.runId;
          await runSteps(work, run, (step) => {
            result.stepsRun.push(step);
            options.onStep?.(partition, step, 'finished');
          });
        },
      );
      return { ...result, outcome: 'succeeded' };
    } catch (error) {
      return { ...result, outcome: signal?.aborted ? 'cancelled' : 'failed', error };
    }
  };

  return {
    name,
    step: (stepName, { version, needs, run }) => {
      if (!/^[a-z][a-z0-9-]*$/.test(stepName)) {
        throw new TypeError(`step name must be lower case, digits and hyphens, got ${stepName}`);
      }
      if (nodes.has(stepName)) throw new TypeError(`step name ${stepName} is taken`);
      const names = Object.entries(needs).map(([input, need]) => [input, need.name] as const);
      const unknown = names.find(([, need]) => !nodes.has(need));
      if (unknown)
        throw new TypeError(`step ${stepName} needs ${unknown[1]}, which does not exist`);
      nodes.set(stepName, {
        name: stepName,
        version,
        needs: new Map(names),
        run: run as Node['run'],
      });
      return { name: stepName };
    },
    backfill,
  };
}

interface PlannedStep {
  node: Node;
  key: string;
  partition: string;
  folder: string;
  checkpoint: Checkpoint;
  finished: boolean;
}

/** A step's key hashes its version and those of all before it, so a change anywhere above shows. */
async function plan(
  nodes: readonly Node[],
  partition: string,
  { workFolder, fingerprint }: BackfillOptions,
): Promise<PlannedStep[]> {
  const folder = join(workFolder, partition);
  const source = fingerprint(partition);
  const keys = new Map<string, string>();
  const planned: PlannedStep[] = [];
  for (const node of nodes) {
    const above = [...node.needs].flatMap(([input, need]) => [input, keys.get(need) ?? '']);
    const key = shortHash([node.name, node.version, partition, source, ...above]);
    keys.set(node.name, key);
    const saved = checkpoint({ folder, step: node.name, key });
    const finished = await saved.isFinished();
    planned.push({ node, key, partition, folder, checkpoint: saved, finished });
  }
  return planned;
}

/** Settles only when no step runs any more; throws the first failure. */
async function runSteps(
  work: readonly PlannedStep[],
  run: RunHandle,
  onFinished: (step: string) => void,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([run.signal, failure.signal]);
  const outputs = new Map<string, Promise<unknown>>();

  const outputOf = (name: string): Promise<unknown> => {
    const known = outputs.get(name);
    if (known) return known;
    const planned = work.find(({ node }) => node.name === name);
    if (!planned) throw new TypeError(`no step ${name}`);
    const output = planned.finished ? planned.checkpoint.load() : execute(planned);
    outputs.set(name, output);
    return output;
  };

  const execute = async (planned: PlannedStep): Promise<unknown> => {
    const { node, key, partition, folder } = planned;
    const inputs: Record<string, unknown> = {};
    for (const [input, need] of node.needs) inputs[input] = await outputOf(need);
    signal.throwIfAborted();
    const output = await run.step(node.name, async (step) => {
      const made = await node.run(inputs, {
        partition,
        folder,
        key,
        signal,
        rows: (counts) => step.rows(counts),
        bytes: (counts) => step.bytes(counts),
        publishes: (dataset) => step.publishes(dataset),
        once: planned.checkpoint.once,
      });
      // Inside the step: what is not on disk is not finished.
      await planned.checkpoint.save(made);
      return made;
    });
    onFinished(node.name);
    return output;
  };

  const open = work.filter(({ finished }) => !finished);
  await Promise.allSettled(
    open.map(({ node }) =>
      outputOf(node.name).catch((error: unknown) => {
        if (!failure.signal.aborted) failure.abort(error);
      }),
    ),
  );
  // A deadline in a step that ignores the signal fails the run all the same.
  signal.throwIfAborted();
}
