/** What following a runbook has shown. */
import { formatTime } from '@burnbook/domain/time';
import { learningSchema, type Learning } from '../contract.js';
import { learningOf, type LearningSources, type RevisionLearning } from '../execution/learning.js';
import type { RunbookDocument } from '../runbook/runbookDocument.js';
import { documentSteps } from '../runbook/documentSteps.js';
import { burnInStretches } from '../slo/burnStretches.js';
import type { ApiContext } from './apiContext.js';
import { freshness } from './freshness.js';
import { ApiError } from './problem.js';
import { route } from './route.js';
import { roundedOrNull } from './sloViews.js';
import { usdOrNull } from './views.js';

export const learningRoutes = [
  route({
    path: '/api/runbooks/:name/learning',
    summary:
      'What following a runbook has shown, by revision: medians of its times, how far people came, what each step changed',
    query: {},
    answer: learningSchema,
    handle: async ({ api, part }): Promise<Learning> => {
      const name = part('name');
      const document = api.runbooks().get(name);
      if (!document) throw new ApiError(404, `there is no runbook ${JSON.stringify(name)}`);
      const slo = document.frontMatter.slo ?? null;
      const revisions = await learningOf(sourcesOf(api), { name, slo });
      return {
        revisions: revisions.map((learned) => revisionView(learned, document)),
        ...(await freshness(api)),
      };
    },
  }),
];

function sourcesOf(api: ApiContext): LearningSources {
  const { store, slos } = api;
  const nowNs = api.nowNs();
  return {
    store,
    nowNs,
    burnRates: (slo, stretches) => burnInStretches({ store, slos, nowNs }, slo, stretches),
  };
}

function revisionView(
  { figures, ...learned }: RevisionLearning,
  document: RunbookDocument,
): Learning['revisions'][number] {
  const { outcomes } = figures;
  const isCurrent = learned.revision === document.revision;
  // Those of an execution are filled with its place.
  const texts = new Map(
    isCurrent ? documentSteps(document).map(({ number, text }) => [number, text]) : [],
  );
  return {
    revision: learned.revision,
    isCurrent,
    firstUsedAt: formatTime(learned.firstUsedNs),
    lastUsedAt: formatTime(learned.lastUsedNs),
    executions: learned.executions,
    gameDays: learned.gameDays,
    figuresOf: learned.figuresOf,
    outcomes: {
      resolved: outcomes['resolved'] ?? 0,
      mitigated: outcomes['mitigated'] ?? 0,
      escalated: outcomes['escalated'] ?? 0,
      notHelped: outcomes['notHelped'] ?? 0,
    },
    mttaSeconds: figures.mttaSeconds,
    mttrSeconds: figures.mttrSeconds,
    firstActionSeconds: figures.firstActionSeconds,
    steps: figures.steps.map((step) => ({
      number: step.number,
      text: texts.get(step.number) ?? step.text,
      reached: step.reached,
      done: step.done,
      skipped: step.skipped,
      droppedOff: step.droppedOff,
      seconds: step.seconds,
      burnBefore: roundedOrNull(step.burnBefore),
      burnAfter: roundedOrNull(step.burnAfter),
      usdPerHourBefore: usdOrNull(step.nanoPerHourBefore),
      usdPerHourAfter: usdOrNull(step.nanoPerHourAfter),
    })),
  };
}
