/** What an SLO's policies would have told over a stretch of the past: pages, misses, lateness and noise. */
import { setImmediate as pause } from 'node:timers/promises';
import { badOf, budgetShare } from '@burnbook/domain/slo/burnRate';
import type { AwayTime } from '@burnbook/domain/slo/away';
import type { CoverageReader } from '@burnbook/domain/slo/coverage';
import type { ExpectedEvents } from '@burnbook/domain/slo/expectedEvents';
import { replayDeadline, type WeighedPast } from '@burnbook/domain/slo/deadlineReplay';
import type { SumReader } from '@burnbook/domain/slo/errorBudget';
import { minuteEnd, minuteOf } from '@burnbook/domain/slo/minutes';
import { pairStatus, type StandingPair } from '@burnbook/domain/slo/pairStatus';
import type { Severity, Slo, WindowPair } from '@burnbook/domain/slo/slo';
import { nominalLengthNs } from '@burnbook/domain/slo/sloWindow';
import { pairName } from '@burnbook/domain/slo/windowPairs';
import { HOUR_NS, MINUTE_NS } from '@burnbook/domain/time';

export interface ReplayedFire {
  readonly severity: Severity;
  /** The pair of windows; of an SLO of a deadline the name of the alert. */
  readonly pair: string;
  /** Nominal time of the occurrence that it is about; null: it is about none, or about the last ones. */
  readonly occurrenceNs: bigint | null;
  readonly fromNs: bigint;
  /** null: it still held at the end. */
  readonly toNs: bigint | null;
  /** Share of the period's budget that had burnt in the long window when it fired. */
  readonly budgetBurnt: number | null;
  /** From the first bad event of the long window. */
  readonly latenessNs: bigint | null;
  /** Of the time that it stood: how long nothing was seen that could end it. */
  readonly unseenNs: bigint;
  /** All that burnt while it stood is less than what the pair is to tell of. */
  readonly noise: boolean;
}

export interface ReplayedMiss {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly budgetBurnt: number;
  readonly occurrenceNs: bigint | null;
}

export interface ReplayRange {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly signal: AbortSignal;
}

/** What each minute is judged by, as it is when it is judged live. */
export interface ReplayInput {
  /** Reach back the longest window before the range, and should a whole period. */
  readonly sums: SumReader;
  readonly coverage: CoverageReader;
  readonly expected: ExpectedEvents;
  /** When nothing was judged. */
  readonly away: AwayTime;
}

export interface ReplayedSlo {
  readonly fires: readonly ReplayedFire[];
  readonly misses: readonly ReplayedMiss[];
  readonly budgetLeft: number | null;
}

/** What no policy may let pass: more of the budget within an hour. */
const MISS_SHARE = 0.02;
/** The event loop serves others in between. */
const STEPS_AT_ONCE = 1_000;

export async function replaySlo(
  slo: Slo,
  input: ReplayInput,
  { fromNs, toNs, signal }: ReplayRange,
): Promise<ReplayedSlo> {
  const { sums } = input;
  const startNs = minuteOf(fromNs);
  const endNs = minuteEnd(toNs);
  const allowed = allowedBad(slo, sums, { startNs, endNs });
  const fires: ReplayedFire[] = [];
  for (const pair of slo.policies.flatMap((policy) => policy.pairs)) {
    fires.push(...(await replayPair(slo, pair, { ...input, startNs, endNs, allowed, signal })));
  }
  const seen = sums.sum(startNs, endNs);
  return {
    fires: fires.toSorted((a, b) => (a.fromNs < b.fromNs ? -1 : 1)),
    misses: allowed > 0 ? missesOf(sums, fires, { startNs, endNs, allowed }) : [],
    budgetLeft: seen.total > 0 && allowed > 0 ? 1 - badOf(seen) / allowed : null,
  };
}

/** The same of an SLO of a deadline, which has no windows: an alert is of an occurrence, or of the last ones. */
export function replayOccurrences(
  slo: Slo,
  pasts: readonly WeighedPast[],
  {
    sums,
    severity,
    fromNs,
    toNs,
  }: {
    /** Of what the occurrences came to. */
    readonly sums: SumReader;
    readonly severity: Severity;
    readonly fromNs: bigint;
    readonly toNs: bigint;
  },
): ReplayedSlo {
  const [startNs, endNs] = [minuteOf(fromNs), minuteEnd(toNs)];
  const allowed = allowedBad(slo, sums, { startNs, endNs });
  const { targetPpb } = slo;
  const { fires, misses } = replayDeadline(pasts, { targetPpb, severity, fromNs, toNs });
  const seen = sums.sum(startNs, endNs);
  return {
    fires: fires.map(({ name, nominalNs, bad, ...fire }) => ({
      severity: fire.severity,
      pair: name,
      occurrenceNs: nominalNs,
      fromNs: fire.fromNs,
      toNs: fire.toNs,
      budgetBurnt: allowed > 0 ? bad / allowed : null,
      latenessNs: fire.latenessNs,
      unseenNs: 0n,
      noise: fire.noise,
    })),
    misses: misses.map(({ nominalNs, bad, ...miss }) => ({
      fromNs: miss.fromNs,
      toNs: miss.toNs,
      budgetBurnt: allowed > 0 ? bad / allowed : 0,
      occurrenceNs: nominalNs,
    })),
    budgetLeft: seen.total > 0 && allowed > 0 ? 1 - badOf(seen) / allowed : null,
  };
}

/** Bad events that a period allows, by the traffic of the range. */
function allowedBad(
  slo: Slo,
  sums: SumReader,
  { startNs, endNs }: { readonly startNs: bigint; readonly endNs: bigint },
): number {
  const perNs = sums.sum(startNs, endNs).total / Number(endNs - startNs);
  return budgetShare(slo) * perNs * Number(nominalLengthNs(slo.window));
}

interface PairReplay extends ReplayInput {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly allowed: number;
  readonly signal: AbortSignal;
}

async function replayPair(
  slo: Slo,
  pair: WindowPair,
  { sums, coverage, expected, away, startNs, endNs, allowed, signal }: PairReplay,
): Promise<ReplayedFire[]> {
  const fires: ReplayedFire[] = [];
  let standing: StandingPair | undefined;
  let since: {
    readonly fromNs: bigint;
    readonly burnt: number;
    readonly lateNs: bigint | null;
    unseenNs: bigint;
  } | null = null;
  const end = (toNs: bigint | null): void => {
    if (!since) return;
    const { fromNs, burnt, lateNs, unseenNs } = since;
    const whole = badOf(sums.sum(fromNs - pair.longNs, toNs ?? endNs));
    const wanted = pair.factor * (Number(pair.longNs) / Number(nominalLengthNs(slo.window)));
    fires.push({
      severity: pair.severity,
      pair: pairName(pair),
      occurrenceNs: null,
      fromNs,
      toNs,
      budgetBurnt: allowed > 0 ? burnt / allowed : null,
      latenessNs: lateNs,
      unseenNs,
      noise: allowed > 0 && whole / allowed < wanted,
    });
    since = null;
  };
  let steps = 0;
  for (let nowNs = startNs + MINUTE_NS; nowNs <= endNs; nowNs += MINUTE_NS) {
    if (++steps % STEPS_AT_ONCE === 0) {
      await pause();
      signal.throwIfAborted();
    }
    // A minute is judged while it is at hand.
    const isAway = away.judgedNs(nowNs - 1n) >= nowNs;
    if (isAway) {
      if (since) since.unseenNs += MINUTE_NS;
      continue;
    }
    // Without a bad event nothing can begin.
    const long = sums.sum(nowNs - pair.longNs, nowNs);
    if (!standing && badOf(long) === 0) continue;
    const status = pairStatus(slo, pair, { nowNs, sums, expected, coverage, standing });
    if (status.holds) {
      const { name, sinceNs, frozenSinceNs } = status;
      standing = { name, sinceNs: sinceNs ?? nowNs, frozenSinceNs };
      since ??= {
        fromNs: nowNs,
        burnt: badOf(long),
        lateNs: latenessNs(sums, { nowNs, longNs: pair.longNs }),
        unseenNs: 0n,
      };
      if (frozenSinceNs !== null) since.unseenNs += MINUTE_NS;
    } else {
      standing = undefined;
      end(nowNs);
    }
  }
  end(null);
  return fires;
}

function latenessNs(
  sums: SumReader,
  { nowNs, longNs }: { readonly nowNs: bigint; readonly longNs: bigint },
): bigint | null {
  for (let atNs = nowNs - longNs; atNs < nowNs; atNs += MINUTE_NS) {
    if (badOf(sums.sum(atNs, atNs + MINUTE_NS)) > 0) return nowNs - atNs;
  }
  return null;
}

/** Hours that burnt more than may pass without a word, while and soon after which nothing fired. */
function missesOf(
  sums: SumReader,
  fires: readonly ReplayedFire[],
  { startNs, endNs, allowed }: { startNs: bigint; endNs: bigint; allowed: number },
): ReplayedMiss[] {
  const misses: ReplayedMiss[] = [];
  for (let atNs = startNs; atNs < endNs; atNs += HOUR_NS) {
    const toNs = atNs + HOUR_NS < endNs ? atNs + HOUR_NS : endNs;
    const budgetBurnt = badOf(sums.sum(atNs, toNs)) / allowed;
    if (budgetBurnt <= MISS_SHARE) continue;
    const isTold = fires.some(
      (fire) => fire.fromNs <= toNs + HOUR_NS && (fire.toNs === null || fire.toNs >= atNs),
    );
    if (isTold) continue;
    const last = misses.at(-1);
    if (last?.toNs === atNs) {
      misses[misses.length - 1] = { ...last, toNs, budgetBurnt: last.budgetBurnt + budgetBurnt };
    } else misses.push({ fromNs: atNs, toNs, budgetBurnt, occurrenceNs: null });
  }
  return misses;
}
