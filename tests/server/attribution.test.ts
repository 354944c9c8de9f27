import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { AttributionCheck } from '../support/attributionCheck.js';
import { delivery, traceCase } from '../support/arbitraryTraces.js';
import { startTestServer, type TestServer } from '../support/testServer.js';

describe('the settled bill equals the plain reading of all spans at once', () => {
  let server: TestServer;
  let check: AttributionCheck;
  beforeAll(async () => {
    server = await startTestServer({ config: AttributionCheck.config });
    check = new AttributionCheck(server);
  });
  afterAll(() => server.close());

  test('however the spans of a few traces are shuffled, split and repeated', async () => {
    await fc.assert(
      fc.asyncProperty(traceCase, delivery, async (spans, plan) => {
        await check.deliver([{ spans, plan }]);
        await check.compare();
      }),
      { numRuns: 60 },
    );
  });

  test('when many cases travel interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ spans: traceCase, plan: delivery }), { minLength: 6, maxLength: 6 }),
        async (cases) => {
          await check.deliver(cases);
          await check.compare();
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test('when the server starts again in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ spans: traceCase, plan: delivery }), { minLength: 8, maxLength: 8 }),
        async (cases) => {
          await check.deliver(cases, { halfway: () => server.restart() });
          await check.compare();
        },
      ),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

describe('the settled bill equals the plain reading with next to no memory', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ config: AttributionCheck.config, arenaNodesMax: 64 });
  });
  afterAll(() => server.close());

  test('when traces are dropped from memory and read back between requests', async () => {
    const check = new AttributionCheck(server);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ spans: traceCase, plan: delivery }), { minLength: 8, maxLength: 8 }),
        async (cases) => {
          await check.deliver(cases);
          await check.compare();
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
