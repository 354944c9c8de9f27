import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTraceSink, type TraceSink } from './traceSink.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let sink: TraceSink;

beforeEach(async () => {
  sink = await openTraceSink();
});

afterEach(() => sink.close());

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of its own against the built package, configured by the standard variables alone. */
function runProgram(code: string, env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ code: exitCode, signal, ...output }));
  });
}

const STEPS_WITHOUT_RUN = `
  import { step } from '@burnbook/collectors';
  for (let i = 0; i < 3; i++) await step('s' + i, () => i);
  console.log('done');
`;

describe('a program', () => {
  test('that just ends has its last spans delivered', async () => {
    const ended = await runProgram(STEPS_WITHOUT_RUN, {
      OTEL_SERVICE_NAME: 'nightly',
      OTEL_RESOURCE_ATTRIBUTES: 'team=search,service.version=1.2.3',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20t',
    });
    expect(ended).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
    expect(sink.spans.map((span) => span.name)).toEqual(['s0', 's1', 's2']);
    expect(sink.spans[0]!.resource).toMatchObject({
      'service.name': 'nightly',
      'service.version': '1.2.3',
      team: 'search',
    });
    expect(sink.requests[0]!.headers.authorization).toBe('Bearer t');
  });

  test('whose receiver is down ends by itself, with one line on stderr', async () => {
    await sink.close();
    const ended = await runProgram(`
      import { pipeline, step } from '@burnbook/collectors';
      await pipeline('p').run({ batch: 'b' }, () => step('s', () => 1));
      console.log('done');
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'done\n' });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toContain('telemetry cannot be delivered');
  });

  test('that exits at once after a run has the run delivered all the same', async () => {
    const ended = await runProgram(`
      import { createCollector, pipeline, setDefaultCollector, step } from '@burnbook/collectors';
      // Longer than the default, for a machine that is busy with other tests.
      const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      setDefaultCollector(createCollector({ endpoint, runEndFlushMs: 20_000 }));
      await pipeline('p').run({ batch: 'b' }, () => step('s', () => 1));
      process.exit(7);
    `);
    expect(ended).toMatchObject({ code: 7, stderr: '' });
    expect(sink.spans.map((span) => span.name)).toEqual(['p start', 's', 'p']);
  });

  test('keeps its own signals: SIGTERM ends it as ever', async () => {
    const ended = await runProgram(`
      import { step } from '@burnbook/collectors';
      await step('s', () => 1);
      setInterval(() => {}, 1000);
      process.kill(process.pid, 'SIGTERM');
    `);
    expect(ended.signal).toBe('SIGTERM');
  });

  test('that calls shutdown on SIGTERM loses nothing', async () => {
    const ended = await runProgram(`
      import { step, shutdown } from '@burnbook/collectors';
      process.on('SIGTERM', async () => { await shutdown(); process.exit(0); });
      await step('s', () => 1);
      setInterval(() => {}, 1000);
      process.kill(process.pid, 'SIGTERM');
    `);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(sink.spans.map((span) => span.name)).toEqual(['s']);
  });

  test.each<[Record<string, string>, number]>([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'not a url' }, 1],
    [{ OTEL_SDK_DISABLED: 'true' }, 0],
    [{ OTEL_EXPORTER_OTLP_HEADERS: '%%%=,,=' }, 0],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=b=c' }, 0],
    [{ OTEL_TRACES_SAMPLER: 'always_off', OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1' }, 0],
  ])('configured with %j runs its pipeline', async (env, lineCount) => {
    const ended = await runProgram(STEPS_WITHOUT_RUN, env);
    expect(ended).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(ended.stderr.split('\n')).toHaveLength(lineCount + 1);
    if (env['OTEL_TRACES_SAMPLER'] !== undefined) {
      expect(sink.spans).toHaveLength(3);
      expect(Object.keys(sink.spans[0]!.attributes).length).toBeGreaterThan(1);
    }
  });
});
