/** The resilience checklist, scored for each pipeline that is configured or was heard of. */
import {
  isScored,
  resilienceItems,
  type ResilienceItemId,
} from '@burnbook/domain/runbook/resilienceItems';
import { reasonOf } from '@burnbook/domain/runbook/resilienceReasons';
import { formatTime } from '@burnbook/domain/time';
import type { Resilience, ResilienceSaid } from '../contract.js';
import {
  becauseText,
  isForPeople,
  readAnswers,
  scoreSaid,
  type SaidAnswer,
} from './resilienceAnswers.js';
import { readResilienceFacts } from './resilienceFacts.js';
import { scores, type Score, type ScoredPipeline, type Scoring } from './resilienceScores.js';
import type { StoreClient } from '../store/storeClient.js';

export interface ResilienceSources extends Pick<Scoring, 'budgets' | 'testedOn' | 'nowNs'> {
  readonly store: StoreClient;
  /** Of `pipelines.yaml`. */
  readonly pipelines: readonly Pick<ScoredPipeline, 'name' | 'owner' | 'team' | 'isScheduled'>[];
  /** `pipelines`: none where its events may be of any. */
  readonly slos: readonly {
    readonly name: string;
    readonly pipelines: readonly string[];
    readonly runbooks: readonly string[];
  }[];
  readonly report: (error: unknown) => void;
}

type ScoredPipelineView = Resilience['items'][number];

const PIPELINES_MAX = 500;
const BY_HAND: Score = {
  state: 'byHand',
  because: reasonOf('byHand'),
  evidence: null,
};

/** By name. */
export async function scoreResilience(sources: ResilienceSources): Promise<ScoredPipelineView[]> {
  const { store, nowNs, report, pipelines, slos, budgets, testedOn } = sources;
  const [facts, answers] = await Promise.all([
    readResilienceFacts(store, nowNs, report),
    readAnswers(store),
  ]);
  const configured = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const names = [...new Set([...configured.keys(), ...(facts.runs?.keys() ?? [])])].toSorted();
  const none: ReadonlyMap<string, SaidAnswer> = new Map();
  return names.slice(0, PIPELINES_MAX).map((name) => {
    const pipeline: ScoredPipeline = {
      ...(configured.get(name) ?? { name, owner: null, team: null, isScheduled: false }),
      slos: slos.filter((slo) => slo.pipelines.includes(name)),
    };
    return pipelineView({ pipeline, facts, budgets, testedOn, nowNs }, answers.get(name) ?? none);
  });
}

function pipelineView(
  scoring: Scoring,
  answers: ReadonlyMap<string, SaidAnswer>,
): ScoredPipelineView {
  const { name, owner } = scoring.pipeline;
  const items = Object.entries(resilienceItems).map(([key, { text }]) => {
    const id = key as ResilienceItemId;
    const told = scoreOf(id, scoring);
    const canAnswer = isForPeople(id, told);
    const said = canAnswer ? answers.get(id) : undefined;
    const score = said ? scoreSaid(said, scoring.nowNs) : told;
    return {
      id,
      text,
      ...score,
      because: becauseText(score.because),
      reason: { says: score.because.says, values: { ...score.because.values } },
      canAnswer,
      said: said ? saidView(said) : null,
    };
  });
  const countOf = (state: Score['state']) => items.filter((item) => item.state === state).length;
  return {
    pipeline: name,
    owner,
    yes: countOf('yes'),
    no: countOf('no'),
    cannotTell: countOf('cannotTell'),
    items,
  };
}

export const saidView = ({ answer, by, atNs, note }: SaidAnswer): ResilienceSaid => ({
  answer,
  by,
  at: formatTime(atNs),
  note,
});

function scoreOf(id: ResilienceItemId, scoring: Scoring): Score {
  return isScored(id) ? scores[id](scoring) : BY_HAND;
}
