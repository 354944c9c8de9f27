/**
 * What traces of unusual shapes cost the store: long chains, spans before their parents, attempts within attempts. Four
 * sizes of each show whether the work grows with the spans or with their square.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBody } from './loadBody.js';
import { seededRandom, type LoadSpan } from './loadTrace.js';
import { cpuMs } from './procStat.js';
import { ServerProcess, tellTrouble, withTempFolder } from './serverProcess.js';

export interface ShapeBench {
  readonly shape: string;
  readonly sizes: readonly {
    readonly spans: number;
    /** Processor time of the store's process until the last acknowledgement, µs a span. */
    readonly cpuUs: number;
    /** The longest that a request waited, ms. */
    readonly ackMsMax: number;
  }[];
}

interface Shape {
  readonly name: string;
  /** Of the span with this number; -1: it is the root. */
  readonly parentOf: (number: number) => number;
  readonly order: 'parents first' | 'children first' | 'shuffled';
  readonly attributesOf: (number: number) => LoadSpan['attributes'];
  /** Infinite: all in one body. */
  readonly spansPerBody: number;
}

const SIZES = [5_000, 10_000, 20_000, 40_000] as const;
const SPANS_PER_BODY = 500;
/** Bodies of one span each take a commit each: of these a fiftieth of the spans is enough. */
const SINGLE_SHARE = 0.02;
const POLL_MS = 20;

const chain = (number: number): number => number - 1;
const wide = (number: number): number => (number === 0 ? -1 : 0);
const call = (number: number): LoadSpan['attributes'] => [
  ['gen_ai.operation.name', 'chat'],
  ['gen_ai.provider.name', 'openai'],
  ['gen_ai.request.model', 'gpt-4o-mini'],
  ['gen_ai.usage.input_tokens', 1 + (number % 1_000)],
  ['gen_ai.usage.output_tokens', 7],
];
const attempt = (number: number): LoadSpan['attributes'] => [
  ['pipeline.attempt.number', 1 + (number % 2)],
  ['pipeline.operation.id', `op ${number >> 1}`],
  ['pipeline.attempt.outcome', number % 2 === 0 ? 'failed' : 'succeeded'],
];
const silent = (): LoadSpan['attributes'] => [];

const CHILDREN_FIRST = { parentOf: chain, order: 'children first' } as const;
const SHAPES: readonly Shape[] = [
  { ...CHILDREN_FIRST, name: 'chain in one body', attributesOf: silent, spansPerBody: Infinity },
  { ...CHILDREN_FIRST, name: 'chain', attributesOf: silent, spansPerBody: SPANS_PER_BODY },
  { ...CHILDREN_FIRST, name: 'chain, one span a body', attributesOf: silent, spansPerBody: 1 },
  { ...CHILDREN_FIRST, name: 'chain of calls', attributesOf: call, spansPerBody: SPANS_PER_BODY },
  {
    ...{ name: 'chain of calls', parentOf: chain, order: 'parents first' },
    ...{ attributesOf: call, spansPerBody: SPANS_PER_BODY },
  },
  {
    ...{ name: 'chain of calls', parentOf: chain, order: 'shuffled' },
    ...{ attributesOf: call, spansPerBody: SPANS_PER_BODY },
  },
  {
    ...CHILDREN_FIRST,
    ...{ name: 'attempts within attempts', attributesOf: attempt, spansPerBody: SPANS_PER_BODY },
  },
  {
    ...{ name: 'calls below one span', parentOf: wide, order: 'children first' },
    ...{ attributesOf: call, spansPerBody: SPANS_PER_BODY },
  },
];

export async function benchShapes(options: {
  readonly mainFile?: string | undefined;
  /** Shapes whose name contains it. */
  readonly only?: string | undefined;
}): Promise<ShapeBench[]> {
  const results: ShapeBench[] = [];
  for (const shape of SHAPES) {
    const name = `${shape.name}, ${shape.order}`;
    if (!name.includes(options.only ?? '')) continue;
    const sizes: ShapeBench['sizes'][number][] = [];
    for (const size of SIZES) {
      const spans = shape.spansPerBody === 1 ? size * SINGLE_SHARE : size;
      sizes.push(await shapeRun(shape, spans, options.mainFile));
    }
    results.push({ shape: name, sizes });
  }
  return results;
}

function shapeRun(
  shape: Shape,
  spans: number,
  mainFile: string | undefined,
): Promise<ShapeBench['sizes'][number]> {
  return withTempFolder(async (folder) => {
    const server = await ServerProcess.start({
      dataFolder: folder,
      onLine: tellTrouble,
      ...(mainFile === undefined ? {} : { mainFile }),
    });
    while (!(await server.isReady())) await sleep(POLL_MS);
    const store = server.storePid() ?? 0;
    const bodies = bodiesOf(shape, spans);
    const before = cpuMs(store);
    let ackMsMax = 0;
    for (const body of bodies) {
      const startMs = performance.now();
      await send(`${server.url}/v1/traces`, body);
      ackMsMax = Math.max(ackMsMax, performance.now() - startMs);
    }
    const cpuUs = ((cpuMs(store) - before) * 1_000) / spans;
    await server.stop();
    return { spans, cpuUs, ackMsMax };
  });
}

async function send(url: string, body: Buffer): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(body),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`a body of ${body.length} bytes was answered ${answer.status}`);
}

/** One trace; its root names run and batch. */
function bodiesOf(shape: Shape, count: number): Buffer[] {
  const random = seededRandom(9);
  const idOf = (length: number, number: number): Buffer => {
    const id = Buffer.alloc(length);
    id.writeUInt32BE(Math.imul(number + 1, 0x9e3779b1) >>> 0, 0);
    id.writeUInt32BE(number + 1, length - 4);
    return id;
  };
  const traceId = idOf(16, 0);
  const startNs = BigInt(Date.now()) * 1_000_000n - 60_000_000_000n;
  const spans = Array.from({ length: count }, (_, number): LoadSpan => {
    const parent = shape.parentOf(number);
    return {
      ...{ traceId, spanId: idOf(8, number), parentId: parent < 0 ? null : idOf(8, parent) },
      ...{ name: 'work', kind: 1, failed: false, batch: 'shape', call: null, compute: null },
      startNs: startNs + BigInt(number) * 1_000n,
      endNs: startNs + BigInt(2 * count - number) * 1_000n,
      attributes: number === 0 ? ROOT : shape.attributesOf(number),
    };
  });
  if (shape.order === 'children first') spans.reverse();
  if (shape.order === 'shuffled') {
    const weights = new Map(spans.map((span) => [span, random()]));
    spans.sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));
  }
  const bodies: Buffer[] = [];
  for (let at = 0; at < spans.length; at += shape.spansPerBody) {
    bodies.push(encodeBody(spans.slice(at, at + shape.spansPerBody)));
  }
  return bodies;
}

const ROOT: LoadSpan['attributes'] = [
  ['pipeline.name', 'shapes'],
  ['pipeline.run.id', 'run'],
  ['pipeline.batch.id', 'shape'],
];
