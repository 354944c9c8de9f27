import { spawn, type ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { createCollector, pipeline, type Collector, type RunHandle } from '@burnbook/collectors';

/** What the collectors add to a pipeline, per unit of work, over the same calls without them. */
export interface CollectorsBench {
  /** Each the median of the rounds. */
  results: CollectorsBenchResult[];
  rounds: number;
  operationsPerRound: number;
  droppedSpans: number;
}

export interface CollectorsBenchResult {
  name: string;
  spansPerOperation: number;
  /** Time that the pipeline itself waits, in microseconds per operation. */
  inlineUs: number;
  /** CPU of the process until all is delivered, encoding and sending included, in microseconds per operation. */
  cpuUs: number;
}

type Operation = (run: RunHandle, i: number) => Promise<unknown>;

const ROUNDS = 5;
const OPERATIONS = 3_000;

const CALL = { provider: 'openai', model: 'text-embedding-3-small', operation: 'embeddings' };
const work = async (i: number): Promise<number> => i;

const CASES: { name: string; spans: number; operation: Operation; bare: Operation }[] = [
  {
    name: 'step with an empty body',
    spans: 1,
    operation: (run, i) => run.step('s', () => work(i)),
    bare: (_, i) => work(i),
  },
  {
    name: 'step with retry and modelCall',
    spans: 3,
    operation: (run, i) =>
      run.step('s', (step) =>
        step.retry((attempt) =>
          attempt.modelCall(CALL, async (call) => {
            call.usage({ inputTokens: 120 });
            call.response({ id: `r${i}` });
            return work(i);
          }),
        ),
      ),
    bare: (_, i) => work(i),
  },
  {
    name: 'modelCall alone',
    spans: 1,
    operation: (run, i) =>
      run.modelCall(CALL, (call) => {
        call.usage({ inputTokens: 120 });
        return work(i);
      }),
    bare: (_, i) => work(i),
  },
];

/** Measures against a receiver in a process of its own, which takes everything. About ten seconds. */
export async function benchCollectors(): Promise<CollectorsBench> {
  const { url, child } = await startReceiver();
  const collector = createCollector({ endpoint: url, queueSpansMax: 100_000, runEndFlushMs: 0 });
  const results: CollectorsBenchResult[] = [];
  for (const { name, spans, operation, bare } of CASES) {
    const rounds: { inlineUs: number; cpuUs: number }[] = [];
    await measure(collector, operation);
    for (let round = 0; round < ROUNDS; round++) {
      const with_ = await measure(collector, operation);
      const without = await measure(collector, bare);
      rounds.push({
        inlineUs: with_.inlineUs - without.inlineUs,
        cpuUs: with_.cpuUs - without.cpuUs,
      });
    }
    results.push({
      name,
      spansPerOperation: spans,
      inlineUs: median(rounds.map(({ inlineUs }) => inlineUs)),
      cpuUs: median(rounds.map(({ cpuUs }) => cpuUs)),
    });
  }
  await collector.shutdown();
  child.kill();
  const { droppedSpans } = collector.stats();
  return { results, rounds: ROUNDS, operationsPerRound: OPERATIONS, droppedSpans };
}

async function measure(
  collector: Collector,
  operation: Operation,
): Promise<{ inlineUs: number; cpuUs: number }> {
  const cpu = process.cpuUsage();
  let inlineMs = 0;
  await pipeline('bench', { collector }).run({ batch: 'b' }, async (run) => {
    const startMs = performance.now();
    for (let i = 0; i < OPERATIONS; i++) await operation(run, i);
    inlineMs = performance.now() - startMs;
  });
  await collector.flush({ timeoutMs: 60_000 });
  const { user, system } = process.cpuUsage(cpu);
  return { inlineUs: (inlineMs * 1000) / OPERATIONS, cpuUs: (user + system) / OPERATIONS };
}

const RECEIVER = `
  const server = require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

function startReceiver(): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', RECEIVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (chunk: Buffer) => {
      resolve({ url: `http://127.0.0.1:${chunk.toString().trim()}`, child });
    });
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
