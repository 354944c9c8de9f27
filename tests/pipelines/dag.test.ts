import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollector, setDefaultCollector } from '@burnbook/collectors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDag } from '../../pipelines/batch/dag.js';
import type { BackfillOptions, Dag } from '../../pipelines/batch/dag.js';

let workFolder: string;
/** `<partition> <step>` of every time that a step's code ran. */
let ran: string[];

beforeEach(async () => {
  setDefaultCollector(createCollector({ disabled: true }));
  workFolder = await mkdtemp(join(tmpdir(), 'burnbook-dag-'));
  ran = [];
});

afterEach(() => rm(workFolder, { recursive: true }));

function options(changes: Partial<BackfillOptions> = {}): BackfillOptions {
  return { partitions: ['2002-08-22'], workFolder, fingerprint: () => 'a', ...changes };
}

/** one → left and right → last, where `left` does what the test wants. */
function diamond(left: (partition: string, signal: AbortSignal) => unknown, version = '1'): Dag {
  const dag = createDag('diamond');
  const one = dag.step('one', {
    version: '1',
    needs: {},
    run: (_, { partition }) => (ran.push(`${partition} one`), { n: 1 }),
  });
  const leftStep = dag.step('left', {
    version,
    needs: { one },
    run: async ({ one: { n } }, { partition, signal }) => {
      ran.push(`${partition} left`);
      await left(partition, signal);
      return n + 1;
    },
  });
  const right = dag.step('right', {
    version: '1',
    needs: { one },
    run: ({ one: { n } }, { partition }) => (ran.push(`${partition} right`), n + 2),
  });
  dag.step('last', {
    version: '1',
    needs: { leftStep, right },
    run: (inputs, { partition }) => (ran.push(`${partition} last ${JSON.stringify(inputs)}`), null),
  });
  return dag;
}

describe('backfill', () => {
  it('gives each step the outputs it needs, partition after partition', async () => {
    const partitions = ['2002-08-23', '2002-08-22'];
    const results = await diamond(() => null).backfill(options({ partitions }));
    expect(results.map(({ partition, outcome }) => [partition, outcome])).toEqual([
      ['2002-08-23', 'succeeded'],
      ['2002-08-22', 'succeeded'],
    ]);
    expect(ran).toEqual(
      partitions.flatMap((day) => [
        ...[`${day} one`, `${day} left`, `${day} right`],
        `${day} last {"leftStep":2,"right":3}`,
      ]),
    );
  });

  it('runs nothing again that is finished, and starts no run for nothing', async () => {
    const dag = diamond(() => null);
    await dag.backfill(options());
    ran = [];
    const [again] = await dag.backfill(options());
    expect(again).toMatchObject({
      outcome: 'resumed',
      runId: null,
      stepsResumed: ['one', 'left', 'right', 'last'],
    });
    expect(ran).toEqual([]);
  });

  it('runs a step again when its version changed, and what comes after it', async () => {
    await diamond(() => null).backfill(options());
    ran = [];
    const [result] = await diamond(() => null, '2').backfill(options());
    expect(result?.stepsResumed).toEqual(['one', 'right']);
    expect(ran).toEqual(['2002-08-22 left', '2002-08-22 last {"leftStep":2,"right":3}']);
    const left = (await readdir(join(workFolder, '2002-08-22'))).filter((name) =>
      name.startsWith('left'),
    );
    expect(left).toHaveLength(1);
  });

  it('runs everything again when the source changed', async () => {
    const dag = diamond(() => null);
    await dag.backfill(options());
    const [result] = await dag.backfill(options({ fingerprint: () => 'b' }));
    expect(result?.stepsRun).toHaveLength(4);
  });

  it('goes on with the next partition after a failure, and keeps what was finished', async () => {
    let isBroken = true;
    const dag = diamond((partition) => {
      if (isBroken && partition === '2002-08-22') throw new Error('no luck');
    });
    const partitions = ['2002-08-22', '2002-08-23'];
    const first = await dag.backfill(options({ partitions }));
    expect(first.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
    expect(first[0]?.error).toMatchObject({ message: 'no luck' });
    isBroken = false;
    const [again, other] = await dag.backfill(options({ partitions }));
    expect(again).toMatchObject({ outcome: 'succeeded', stepsResumed: ['one', 'right'] });
    expect(other?.outcome).toBe('resumed');
  });

  it('fails a partition at its deadline and aborts the step', async () => {
    const dag = diamond(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const [result] = await dag.backfill(options({ deadlineMs: 50 }));
    expect(result?.outcome).toBe('failed');
    expect(result?.error).toMatchObject({ name: 'TimeoutError' });
    expect(result?.stepsRun).toEqual(['one', 'right']);
  });

  it('stops when cancelled, and starts no further partition', async () => {
    const cancel = new AbortController();
    const dag = diamond((_, signal) => {
      cancel.abort(new Error('enough'));
      signal.throwIfAborted();
    });
    const partitions = ['2002-08-22', '2002-08-23'];
    const results = await dag.backfill(options({ partitions, signal: cancel.signal }));
    expect(results.map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  it('keeps what was paid for once, though the step failed', async () => {
    const paid: string[] = [];
    let isBroken = true;
    const dag = createDag('payer');
    dag.step('pay', {
      version: '1',
      needs: {},
      run: async (_, { once }) => {
        const answers = [];
        for (const id of ['a', 'b']) answers.push(await once(id, async () => (paid.push(id), id)));
        if (isBroken) throw new Error('after the calls');
        return answers;
      },
    });
    await dag.backfill(options());
    isBroken = false;
    const [result] = await dag.backfill(options());
    expect(result?.outcome).toBe('succeeded');
    expect(paid).toEqual(['a', 'b']);
    expect(await readdir(join(workFolder, '2002-08-22'))).toHaveLength(1);
  });
});

describe('step', () => {
  it('refuses names that are taken or no file name, and needs that do not exist', () => {
    const dag = createDag('picky');
    const spec = { version: '1', needs: {}, run: () => null };
    dag.step('one', spec);
    expect(() => dag.step('one', spec)).toThrow('step name one is taken');
    expect(() => dag.step('../x', spec)).toThrow('step name must be lower case');
    const foreign = createDag('other').step('far', spec);
    expect(() => dag.step('two', { ...spec, needs: { foreign } })).toThrow('needs far');
  });
});
