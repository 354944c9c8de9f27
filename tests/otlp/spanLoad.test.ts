import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PatchableBody } from '../../bench/patchableBody.js';
import { SpanLoad } from '../../bench/spanLoad.js';
import { decodeTracesProtobuf } from '../../server/otlp/decodeTracesProtobuf.js';
import { decodeRequest } from './support/officialCodec.js';
import { readBatch } from './support/spanModel.js';

const START = { startNs: 1_795_000_000_000_000_000n };

describe('the load of the benchmarks', () => {
  it('has 512 spans of 12 attributes, whole traces of 16, and a tenth of model calls', () => {
    const bytes = new SpanLoad({ seed: 1, ...START }).next();
    const spans = decodeRequest(bytes).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap((scope) => scope.spans),
    );
    expect(spans.length).toBe(512);
    expect(new Set(spans.map(({ attributes }) => attributes.length))).toEqual(new Set([12]));
    const traces = new Set(spans.map(({ traceId }) => Buffer.from(traceId ?? []).toString('hex')));
    expect(traces.size).toBe(32);
    const calls = spans.filter(({ attributes }) =>
      attributes.some(({ key }) => key === 'gen_ai.response.id'),
    );
    expect(calls.length).toBeGreaterThan(30);
    expect(calls.length).toBeLessThan(80);
    expect(decodeTracesProtobuf(bytes).rejected).toBe(0);
  });

  it('is the same for the same seed and new in every body', () => {
    const load = new SpanLoad({ seed: 2, ...START });
    const bodies = [load.next(), load.next()];
    const again = new SpanLoad({ seed: 2, ...START });
    const same = again.nextGzip(2).map((body, i) => gunzipSync(body).equals(bodies[i] ?? body));
    expect(same).toEqual([true, true]);
    const ids = bodies.flatMap(spanIds);
    expect(new Set(ids).size).toBe(1024);
  });

  it('becomes new spans, calls and times when it is patched', () => {
    const load = new SpanLoad({ seed: 3, ...START });
    const body = new PatchableBody(load.next());
    const original = readBatch(decodeTracesProtobuf(body.bytes));
    const patched = [1, 2].map((serial) => readBatch(decodeTracesProtobuf(body.patch(serial, 5n))));
    const all = [original, ...patched].flat();
    expect(new Set(all.map(({ traceId, spanId }) => traceId + spanId)).size).toBe(3 * 512);
    expect(BigInt(patched[1]?.[7]?.startNs ?? 0)).toBe(BigInt(original[7]?.startNs ?? 0) + 5n);
    const responses = all.flatMap(({ attrs }) => {
      const id = (JSON.parse(attrs) as Record<string, unknown>)['gen_ai.response.id'];
      return id === undefined ? [] : [id];
    });
    expect(new Set(responses).size).toBe(responses.length);
  });
});

function spanIds(body: Buffer): string[] {
  return readBatch(decodeTracesProtobuf(body)).map(({ traceId, spanId }) => traceId + spanId);
}
