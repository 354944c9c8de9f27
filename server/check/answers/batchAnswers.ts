/** Batches: whether they came in time, how they ended, what they cost. */
import { isFinal } from '@burnbook/domain/run';
import { formatTime } from '@burnbook/domain/time';
import { BATCHES_BEFORE_MIN } from '../../cost/batchCostAlert.js';
import { listBatches, type BatchFacts } from '../../cost/batches.js';
import type { Occurrence } from '../../slo/occurrence.js';
import type { Answer } from '../answer.js';
import type { AskedQuestion } from '../askedQuestion.js';
import { noFacts } from '../checkFacts.js';
import { batchesPath, batchPath } from '../evidence.js';

/** Where none is named, the newest that has ended is looked for among so many. */
const NEWEST_BATCHES = 20;

export const batchVerdict: Answer = {
  facts: async (asked) => {
    const pipeline = asked.needed('pipeline');
    const batch = asked.param('batch');
    const { occurrences } = asked.sources;
    await occurrences.evaluate();
    const own = occurrences
      .all()
      .filter((each) => each.pipeline === pipeline && each.nominalNs <= asked.nowNs);
    const found = own.findLast((each) => batch === null || isNamed(each, batch));
    if (!found) {
      const what = batch === null ? 'no batch' : `no batch ${JSON.stringify(batch)}`;
      return noFacts(`${what} of ${pipeline} was due by its schedule`, batchesPath(asked));
    }
    return {
      answer: found.verdict === 'pending' ? 'open' : found.verdict,
      // Of what is still open it is known as of now that it is.
      factsNs: found.verdict === 'pending' ? asked.nowNs : decidedNs(found),
      evidence: found.batch === null ? batchesPath(asked) : batchPath(pipeline, found.batch),
    };
  },
};

export const batchOutcome: Answer = {
  facts: async (asked) => {
    const [batch] = await batchesOf(asked);
    const run = batch?.runs.at(-1);
    if (!batch || !run) return noFacts(noBatch(asked), batchesPath(asked));
    const isOver = isFinal(run.state);
    return {
      answer: run.state,
      factsNs: isOver ? (run.endNs ?? batch.receivedNs) : asked.nowNs,
      evidence: batchPath(batch.pipeline, batch.batchId),
    };
  },
};

export const batchCostRatio: Answer = {
  facts: async (asked) => {
    const found = await batchesOf(asked);
    // What a batch costs is known when it has ended.
    const batch = found.find(({ final }) => final);
    if (!batch) {
      const reason = found.length > 0 ? 'the batch has not ended' : noBatch(asked);
      return noFacts(reason, batchesPath(asked));
    }
    const evidence = batchPath(batch.pipeline, batch.batchId);
    if ((batch.before?.batches ?? 0) < BATCHES_BEFORE_MIN) {
      return noFacts(`a usual of fewer than ${BATCHES_BEFORE_MIN} batches says nothing`, evidence);
    }
    if (batch.costRatio === null) {
      return noFacts('its rows are not known, or nothing before it had a price', evidence);
    }
    const { unpriced } = batch.cost;
    return {
      answer: batch.costRatio,
      factsNs: batch.endNs ?? batch.receivedNs,
      ...(unpriced > 0 ? { atLeast: `${unpriced} lines of it have no price` } : {}),
      evidence,
    };
  },
};

/** The batch that was named, or the newest ones of the pipeline, the newest first. */
async function batchesOf(asked: AskedQuestion): Promise<readonly BatchFacts[]> {
  const { batches } = await listBatches(
    asked.sources.store,
    {
      pipeline: asked.needed('pipeline'),
      batchId: asked.param('batch'),
      fromNs: null,
      toNs: null,
      sort: 'startedAt',
      descending: true,
      limit: NEWEST_BATCHES,
      after: null,
    },
    { nowNs: asked.nowNs, signal: asked.signal },
  );
  return batches.filter(({ shared }) => !shared);
}

const noBatch = (asked: AskedQuestion): string =>
  asked.param('batch') === null
    ? `no batch of ${asked.needed('pipeline')} was ever seen`
    : `no such batch of ${asked.needed('pipeline')} was ever seen`;

const isNamed = ({ batch, nominalNs }: Occurrence, name: string): boolean =>
  batch === name || formatTime(nominalNs) === name;

/** When the verdict that stands was reached. */
const decidedNs = ({ known, verdict, eventNs, landedNs }: Occurrence): bigint =>
  known && known.last === verdict ? known.lastNs : (landedNs ?? eventNs);
