/** The resilience checklist, scored for each pipeline that is configured or was heard of. */
import {
  isScored,
  resilienceItems,
  type ResilienceItemId,
} from '@burnbook/domain/runbook/resilienceItems';
import type { Resilience } from '../contract.js';
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
  because: 'no telemetry says so: look, and keep the answer with the pipeline',
  evidence: null,
};

/** By name. */
export async function scoreResilience(sources: ResilienceSources): Promise<ScoredPipelineView[]> {
  const { store, nowNs, report, pipelines, slos, budgets, testedOn } = sources;
  const facts = await readResilienceFacts(store, nowNs, report);
  const configured = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const names = [...new Set([...configured.keys(), ...(facts.runs?.keys() ?? [])])].toSorted();
  return names.slice(0, PIPELINES_MAX).map((name) => {
    const pipeline: ScoredPipeline = {
      ...(configured.get(name) ?? { name, owner: null, team: null, isScheduled: false }),
      slos: slos.filter((slo) => slo.pipelines.includes(name)),
    };
    return pipelineView({ pipeline, facts, budgets, testedOn, nowNs });
  });
}

function pipelineView(scoring: Scoring): ScoredPipelineView {
  const { name, owner } = scoring.pipeline;
  const items = Object.entries(resilienceItems).map(([id, { text }]) => ({
    id,
    text,
    ...scoreOf(id as ResilienceItemId, scoring),
  }));
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

function scoreOf(id: ResilienceItemId, scoring: Scoring): Score {
  return isScored(id) ? scores[id](scoring) : BY_HAND;
}
