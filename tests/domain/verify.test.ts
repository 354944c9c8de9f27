import {
  afterRound,
  afterStep,
  beginVerify,
  overridden,
  PASS_GAP_NS,
  type VerifyAnswer,
  type VerifyStanding,
} from '@burnbook/domain/runbook/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const SECOND_NS = 1_000_000_000n;
const said = (state: VerifyAnswer['state']): VerifyAnswer => ({
  question: 'disk-free-share',
  expect: '> 20 %',
  state,
  value: state === 'cannotTell' ? null : '21 %',
  reason: state === 'cannotTell' ? 'no facts' : null,
});

const begun: VerifyStanding = beginVerify({ hasChecks: true, atNs: 0n });
const asked = (
  standing: VerifyStanding,
  second: number,
  ...states: VerifyAnswer['state'][]
): VerifyStanding =>
  afterRound(standing, { askedNs: BigInt(second) * SECOND_NS, answers: states.map(said) });

describe('Verify', () => {
  test('passes by two passes of all its checks, ten seconds apart', () => {
    const once = asked(begun, 1, 'passes', 'passes');
    expect(once).toMatchObject({ state: 'passing', passes: 1 });
    expect(asked(once, 10, 'passes', 'passes')).toMatchObject({ state: 'passing', passes: 1 });
    expect(asked(once, 11, 'passes', 'passes')).toMatchObject({ state: 'passed', passes: 2 });
  });

  test('begins anew after a step, and does not count what was asked before it', () => {
    const once = asked(begun, 1, 'passes');
    const stepped = afterStep(once, 20n * SECOND_NS);
    expect(stepped).toMatchObject({ state: 'waiting', passes: 0 });
    expect(asked(stepped, 20, 'passes')).toBe(stepped);
    expect(asked(stepped, 21, 'passes')).toMatchObject({ state: 'passing', passes: 1 });
    const passed = asked(asked(begun, 1, 'passes'), 11, 'passes');
    expect(afterStep(passed, 20n * SECOND_NS).state).toBe('waiting');
  });

  test('fails by one check, and cannot tell by one that is unknown or by none at all', () => {
    const passed = asked(asked(begun, 1, 'passes'), 11, 'passes');
    expect(asked(passed, 12, 'passes', 'fails', 'cannotTell')).toMatchObject({
      state: 'failing',
      passes: 0,
    });
    expect(asked(passed, 12, 'passes', 'cannotTell').state).toBe('cannotTell');
    expect(asked(passed, 12).state).toBe('cannotTell');
  });

  test('stays overridden whatever is done or answered later', () => {
    const over = overridden(asked(begun, 1, 'fails'), 'the probe is broken');
    expect(over).toMatchObject({ state: 'overridden', reason: 'the probe is broken' });
    expect(afterStep(asked(over, 30, 'fails'), 40n * SECOND_NS).state).toBe('overridden');
  });

  test('without checks is by hand and asks nothing', () => {
    const byHand = beginVerify({ hasChecks: false, atNs: 0n });
    expect(byHand.state).toBe('byHand');
    expect(asked(byHand, 5, 'passes')).toBe(byHand);
    expect(afterStep(byHand, SECOND_NS).state).toBe('byHand');
  });
});

type Happening =
  | { readonly kind: 'step'; readonly afterS: number }
  | { readonly kind: 'round'; readonly afterS: number; readonly states: VerifyAnswer['state'][] };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('step' as const), afterS: fc.integer({ min: 0, max: 20 }) }),
  fc.record({
    kind: fc.constant('round' as const),
    afterS: fc.integer({ min: 0, max: 20 }),
    states: fc.array(
      fc.constantFrom<VerifyAnswer['state'][]>('passes', 'passes', 'passes', 'fails', 'cannotTell'),
      { maxLength: 3 },
    ),
  }),
);

test('is passed exactly while the two newest passes that count are of rounds after the newest step, with nothing else between', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      let standing: VerifyStanding = begun;
      let atS = 0;
      let stepS = 0;
      let newestS = -1;
      // Instants of passes since the newest step or the newest round that was no pass.
      let passes: number[] = [];
      for (const each of happenings) {
        atS += each.afterS;
        if (each.kind === 'step') {
          standing = afterStep(standing, BigInt(atS) * SECOND_NS);
          stepS = atS;
          passes = [];
        } else {
          standing = asked(standing, atS, ...each.states);
          if (atS <= stepS || atS <= newestS) continue;
          newestS = atS;
          const isPass = each.states.length > 0 && each.states.every((state) => state === 'passes');
          passes = isPass ? [...passes, atS] : [];
        }
        const gapS = Number(PASS_GAP_NS / SECOND_NS);
        const first = passes[0] ?? 0;
        expect(standing.state === 'passed').toBe(passes.some((pass) => pass - first >= gapS));
        expect(standing.passes > 0).toBe(passes.length > 0);
      }
    }),
    { numRuns: 300 },
  );
});
