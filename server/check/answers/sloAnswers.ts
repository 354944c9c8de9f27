/** How SLOs stand: asked of the engine that raises their alerts. */
import { windowSum } from '@burnbook/domain/slo/pairStatus';
import { minuteEnd } from '@burnbook/domain/slo/minutes';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { SloReport } from '../../slo/sloReport.js';
import type { Answer } from '../answer.js';
import type { AskedQuestion } from '../askedQuestion.js';
import { noFacts, type Facts } from '../checkFacts.js';
import { sloPath } from '../evidence.js';

export const burnRate: Answer = {
  // The hour that its page shows.
  minutes: 60,
  facts: (asked) =>
    withReport(asked, (report) => {
      const { slo, status, occurrences } = report;
      const evidence = sloPath(slo.name);
      const factsNs = status.atNs;
      // Occurrences have no windows on the clock: of them the last few burn.
      if (occurrences) {
        const { burn, coverage } = occurrences;
        if (burn === null) return noFacts('nothing that was due is decided yet', evidence);
        return { answer: burn, factsNs, coverage, evidence };
      }
      const toNs = minuteEnd(asked.nowNs);
      const span = { fromNs: toNs - BigInt(asked.minutes) * MINUTE_NS, toNs };
      const uncounted = pastNotCounted(asked, report, span.fromNs);
      if (uncounted !== null) return noFacts(uncounted, evidence);
      const input = asked.sources.slos.inputOf(slo, asked.nowNs);
      const { burnRate: burn, coverage } = windowSum(slo, span, input);
      if (burn === null) return noFacts(`no event of it in ${asked.minutes} min`, evidence);
      return { answer: burn, factsNs, coverage, evidence };
    }),
};

export const errorBudgetLeft: Answer = {
  facts: (asked) =>
    withReport(asked, (report) => {
      const { slo, status } = report;
      const evidence = sloPath(slo.name);
      const uncounted = pastNotCounted(asked, report, status.budget.period.startNs);
      if (uncounted !== null) return noFacts(uncounted, evidence);
      const { left } = status.budget;
      if (left === null) return noFacts('no event of it was seen in its period', evidence);
      const { coverage } = status.headline;
      return { answer: left, factsNs: status.atNs, coverage, evidence };
    }),
};

export const telemetryCoverage: Answer = {
  facts: (asked) =>
    withReport(asked, ({ slo, status }) => {
      const evidence = sloPath(slo.name);
      const { coverage } = status.headline;
      if (coverage === null) return noFacts('no run of it was open or due lately', evidence);
      return { answer: coverage, factsNs: status.atNs, evidence };
    }),
};

async function withReport(
  asked: AskedQuestion,
  factsOf: (report: SloReport) => Facts,
): Promise<Facts> {
  const name = asked.needed('slo');
  const { slos } = asked.sources;
  if (!slos.find(name)) return noFacts(`there is no SLO ${JSON.stringify(name)}`);
  const report = (await slos.evaluate()).find(({ slo }) => slo.name === name);
  if (!report) return noFacts('it has not been judged yet', sloPath(name));
  if (report.problem !== null) return noFacts(report.problem, sloPath(name));
  return factsOf(report);
}

/** Of a new indicator the past is counted piece by piece. @returns why what is since `fromNs` is not known; null: it is. */
function pastNotCounted(
  { sources: { slos } }: AskedQuestion,
  { slo, history }: SloReport,
  fromNs: bigint,
): string | null {
  if (slo.indicator.kind === 'deadline' || slos.isCounted(slo.indicatorId)) return null;
  // The report is of the last evaluation, and more may be counted since then.
  if (!history) return 'its past is still being counted';
  if (history.countedFromNs <= fromNs) return null;
  return `its past is counted to ${Math.floor(history.share * 100)} % only`;
}
