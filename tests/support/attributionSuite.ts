/** The property test of the attribution, at the size of a normal or of a long run: each case costs about half a second. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { AttributionCheck } from './attributionCheck.js';
import { delivery, traceCase } from './arbitraryTraces.js';
import { startTestServer, type TestServer } from './testServer.js';

const travellingCase = fc.record({ spans: traceCase, plan: delivery });
const together = (count: number) =>
  fc.array(travellingCase, { minLength: count, maxLength: count });

/** @param scale how many times the cases of a normal run. */
export function attributionSuite(scale: number): void {
  const timeout = 60_000 * scale;

  describe('the settled bill equals the plain reading of all spans at once', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer({ config: AttributionCheck.config });
    });
    afterAll(() => server.close());

    test('however the spans of a case are shuffled, split and repeated', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(travellingCase, async (travelling) => {
          await check.deliver([travelling]);
          await check.compare();
        }),
        // Shrinking sends every smaller case too: enough of it to read the fault, not more.
        {
          numRuns: 8 * scale,
          interruptAfterTimeLimit: timeout / 2,
          markInterruptAsFailure: false,
        },
      );
    });

    test('when many cases travel at once', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(together(5), async (cases) => {
          await check.deliver(cases);
          await check.compare();
        }),
        { numRuns: scale, endOnFailure: true },
      );
    });

    test('when the server starts again halfway', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(together(4), async (cases) => {
          await check.deliver(cases, { halfway: () => server.restart() });
          await check.compare();
        }),
        { numRuns: scale, endOnFailure: true },
      );
    });

    test('when the store is killed while requests are on their way', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(together(4), async (cases) => {
          await check.deliver(cases, { meanwhile: () => server.killStore() });
          await check.compare();
        }),
        { numRuns: scale, endOnFailure: true },
      );
    });
  });

  describe('the settled bill equals the plain reading with next to no memory', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer({ config: AttributionCheck.config, arenaNodesMax: 64 });
    });
    afterAll(() => server.close());

    test('when traces are dropped and read back between requests', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(together(4), async (cases) => {
          await check.deliver(cases);
          await check.compare();
        }),
        { numRuns: 2 * scale, endOnFailure: true },
      );
    });
  });

  describe('the settled bill equals the plain reading with everything summed up at once', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer({
        config: AttributionCheck.config,
        settleAfterMs: 0,
        unmergedRowsMax: 20,
      });
    });
    afterAll(() => server.close());

    test('when batches change after they were settled and merged', { timeout }, async () => {
      const check = new AttributionCheck(server);
      await fc.assert(
        fc.asyncProperty(together(5), async (cases) => {
          await check.deliver(cases);
          await check.compare();
        }),
        { numRuns: 2 * scale, endOnFailure: true },
      );
    });
  });
}
