import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatUsd, parseUsd } from '@burnbook/domain/money';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { BillLine } from '../../server/contract.js';
import { readBill } from '../support/billReading.js';
import { startTestServer, type TestServer } from '../support/testServer.js';
import { TraceMaker } from '../support/traceMaker.js';
import { AI_SDK_SHAPES } from './data/aiSdkShapes.js';
import type { EmitterShape } from './data/emitterShape.js';
import { FRAMEWORK_SHAPES } from './data/frameworkShapes.js';
import { OPEN_TELEMETRY_SHAPES } from './data/openTelemetryShapes.js';
import { VENDOR_SHAPES } from './data/vendorShapes.js';

const SHAPES: readonly EmitterShape[] = [
  ...OPEN_TELEMETRY_SHAPES,
  ...VENDOR_SHAPES,
  ...AI_SDK_SHAPES,
  ...FRAMEWORK_SHAPES,
];
const PIPELINE = 'emitters';
const UNTOLD = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  cacheWrite1hTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  audioOutputTokens: null,
  audioCacheReadTokens: null,
  imageInputTokens: null,
  imageOutputTokens: null,
  imageCacheReadTokens: null,
  cpuS: null,
  memoryGbS: null,
};

describe('a call as real emitters tell it', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const spans = SHAPES.map(({ name, scope, attributes }) => ({
      ...new TraceMaker({ startNs: server.nowNs - MINUTE_NS }).span({
        name,
        attributes: {
          'pipeline.name': PIPELINE,
          'pipeline.run.id': name,
          'pipeline.batch.id': name,
          ...attributes,
        },
      }),
      scope,
    }));
    await server.send(spans, 'protobuf');
  });
  afterAll(() => server.close());

  const lineOf = async (name: string): Promise<BillLine | undefined> =>
    (await readBill(server, { pipeline: PIPELINE, batchId: name })).lines[0];

  test.each(SHAPES)('$name: $sum', async (shape) => {
    const line = await lineOf(shape.name);
    expect(line).toMatchObject({ unpricedReason: null, listCostUsd: shape.listCostUsd });
    expect(line?.usage).toEqual({ ...UNTOLD, ...shape.usage });
    const reported = shape.reportedCostUsd ?? null;
    expect(line).toMatchObject({
      reportedCostUsd: reported,
      reportedCostNote: null,
      reportedDifferenceUsd:
        reported === null ? null : formatUsd(parseUsd(reported) - parseUsd(shape.listCostUsd)),
    });
  });

  test('each tells where its shape was seen, and works its own sum out', () => {
    for (const { name, source, sum, listCostUsd } of SHAPES) {
      expect(source, name).toMatch(/\S/);
      const millionths = sum.split(' = ').at(-1)?.replaceAll(',', '') ?? '';
      expect(formatUsd(parseUsd(millionths) / 1_000_000n), name).toBe(listCostUsd);
    }
    expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length);
  });
});
