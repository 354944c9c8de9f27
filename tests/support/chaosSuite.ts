import { beforeAll, describe, expect, test } from 'vitest';
import { runChaos, type ChaosReport } from '../../bench/chaosRun.js';

/** Kills the built server and its store at random moments under load, half of the rounds each. */
export function chaosSuite({ rounds, timeoutMs }: { rounds: number; timeoutMs: number }): void {
  const seed = Date.now() % 1_000_000;

  describe(`kill -9 in ${rounds} rounds, seed ${seed}`, () => {
    let report: ChaosReport;
    beforeAll(async () => {
      report = await runChaos({
        rounds,
        seed,
        connections: 6,
        bodiesPerS: 100,
        returnMsMax: Number.POSITIVE_INFINITY,
      });
    }, timeoutMs);

    test('every acknowledged span is stored once, with its bill line, and the sums agree', () => {
      expect(report.violations).toEqual([]);
      expect(report.spans).toBeGreaterThanOrEqual(report.acknowledgedSpans);
      expect(report.acknowledgedSpans).toBeGreaterThan(0);
      expect(report.lines).toBeGreaterThan(0);
    });

    test('the server and the store alone were killed, half of the rounds each', () => {
      const victims = report.rounds.map(({ victim }) => victim);
      expect(victims.filter((victim) => victim === 'server')).toHaveLength(Math.ceil(rounds / 2));
      expect(victims.filter((victim) => victim === 'store')).toHaveLength(Math.floor(rounds / 2));
    });

    test('while the store is away the server answers 503', () => {
      expect(report.outcomes['503']).toBeGreaterThan(0);
    });
  });
}
