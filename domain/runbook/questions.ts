/**
 * The questions that a runbook may ask in a `check` fence, each with the parameters that it takes and what its answer is.
 * The server answers each from what is stored; a runbook that names another one is refused.
 */

/** What a number counts. `share`: 0.05 is 5 %; `usd`: US dollars; `word`: one of a few words. */
export type QuestionUnit = 'count' | 'ratio' | 'share' | 'seconds' | 'usd' | 'word';

export interface Question {
  /** What it asks, as a sentence that ends in a question mark. */
  readonly asks: string;
  readonly params: readonly string[];
  /** Of each group one must be said: without it nothing can be asked. */
  readonly needs?: readonly (readonly string[])[];
  readonly unit: QuestionUnit;
  /** The words that it may answer; of `word` alone. */
  readonly words?: readonly string[];
  /** Older than this its facts decide nothing: the check cannot tell. */
  readonly staleAfterSeconds: number;
}

export const questions = {
  'alert-state': {
    asks: 'How does the alert stand?',
    params: [
      'alert',
      'name',
      'pipeline',
      'slo',
      'budget',
      'provider',
      'model',
      'destination',
      'heartbeat',
    ],
    needs: [['alert', 'name']],
    unit: 'word',
    words: ['pending', 'firing', 'frozen', 'resolved'],
    staleAfterSeconds: 120,
  },
  'attempts-per-operation': {
    asks: 'How many attempts does an operation need?',
    params: ['pipeline', 'minutes'],
    unit: 'ratio',
    staleAfterSeconds: 600,
  },
  'attempt-error-share': {
    asks: 'What share of the attempts fails?',
    params: ['pipeline', 'provider', 'errorClass', 'minutes'],
    unit: 'share',
    staleAfterSeconds: 600,
  },
  'burn-rate': {
    asks: 'How fast does the error budget burn?',
    params: ['slo', 'minutes'],
    needs: [['slo']],
    unit: 'ratio',
    staleAfterSeconds: 300,
  },
  'error-budget-left': {
    asks: 'How much of the error budget is left?',
    params: ['slo'],
    needs: [['slo']],
    unit: 'share',
    staleAfterSeconds: 300,
  },
  'telemetry-coverage': {
    asks: 'What share of the time that a run was open or due is covered by telemetry?',
    params: ['slo'],
    needs: [['slo']],
    unit: 'share',
    staleAfterSeconds: 300,
  },
  'telemetry-age': {
    asks: 'How long ago did the last span of the pipeline arrive?',
    params: ['pipeline'],
    needs: [['pipeline']],
    unit: 'seconds',
    staleAfterSeconds: 120,
  },
  'data-age': {
    asks: 'How long ago did the pipeline last succeed, or was the dataset last written?',
    params: ['pipeline', 'dataset'],
    needs: [['pipeline', 'dataset']],
    unit: 'seconds',
    staleAfterSeconds: 120,
  },
  'model-latency': {
    asks: 'How long does a model call take at the 95th percentile?',
    params: ['pipeline', 'provider', 'model', 'minutes'],
    unit: 'seconds',
    staleAfterSeconds: 600,
  },
  'rows-valid-share': {
    asks: 'What share of the rows passes the quality checks?',
    params: ['pipeline', 'batch', 'minutes'],
    needs: [['pipeline']],
    unit: 'share',
    staleAfterSeconds: 86_400,
  },
  'quarantine-ratio': {
    asks: 'How many times the usual number of rows did the newest batch quarantine?',
    params: ['pipeline'],
    needs: [['pipeline']],
    unit: 'ratio',
    staleAfterSeconds: 86_400,
  },
  'batch-verdict': {
    asks: 'What became of the batch that was due?',
    params: ['pipeline', 'batch'],
    needs: [['pipeline']],
    unit: 'word',
    words: ['on_time', 'late', 'failed', 'missing', 'excluded', 'unknown', 'open'],
    staleAfterSeconds: 86_400,
  },
  'batch-outcome': {
    asks: 'How did the last run of the batch end?',
    params: ['pipeline', 'batch'],
    needs: [['pipeline']],
    unit: 'word',
    words: ['running', 'succeeded', 'failed', 'cancelled', 'lost', 'open'],
    staleAfterSeconds: 86_400,
  },
  'batch-cost-ratio': {
    asks: 'How many times the usual price a row did the newest batch cost?',
    params: ['pipeline', 'batch'],
    needs: [['pipeline']],
    unit: 'ratio',
    staleAfterSeconds: 86_400,
  },
  'cost-budget-spent': {
    asks: 'What share of the cost budget is spent?',
    params: ['budget'],
    needs: [['budget']],
    unit: 'share',
    staleAfterSeconds: 120,
  },
  'cost-budget-burn': {
    asks: 'How fast does the cost budget burn? At 1 it is empty exactly when its period ends.',
    params: ['budget'],
    needs: [['budget']],
    unit: 'ratio',
    staleAfterSeconds: 120,
  },
  'unpriced-call-share': {
    asks: 'What share of the model calls has no price?',
    params: ['pipeline', 'model', 'minutes'],
    unit: 'share',
    staleAfterSeconds: 86_400,
  },
  'retry-waste-share': {
    asks: 'What share of the spend went to attempts that lost?',
    params: ['pipeline', 'minutes'],
    unit: 'share',
    staleAfterSeconds: 86_400,
  },
  'disk-free-share': {
    asks: 'How much of the disk that holds the database is free?',
    params: [],
    unit: 'share',
    staleAfterSeconds: 120,
  },
  'store-restarts': {
    asks: 'How often did the process of the store start again?',
    params: ['minutes'],
    unit: 'count',
    staleAfterSeconds: 120,
  },
  'heartbeat-age': {
    asks: 'How long ago did the last sign of life arrive?',
    params: ['heartbeat'],
    needs: [['heartbeat']],
    unit: 'seconds',
    staleAfterSeconds: 120,
  },
  'dropped-spans': {
    asks: 'How many spans did collectors drop?',
    params: ['pipeline', 'minutes'],
    unit: 'count',
    staleAfterSeconds: 86_400,
  },
  'config-state': {
    asks: 'Are the files of the configuration in force?',
    params: [],
    unit: 'word',
    words: ['accepted', 'rejected'],
    staleAfterSeconds: 120,
  },
  'backup-age': {
    asks: 'How old is the newest backup?',
    params: [],
    unit: 'seconds',
    staleAfterSeconds: 120,
  },
  'undelivered-messages': {
    asks: 'How many messages have waited for more than two minutes, or were given up?',
    params: ['destination', 'minutes'],
    unit: 'count',
    staleAfterSeconds: 120,
  },
  'ingest-refused-share': {
    asks: 'What share of the requests with telemetry was refused?',
    params: ['minutes'],
    unit: 'share',
    staleAfterSeconds: 600,
  },
  'ack-latency': {
    asks: 'How long does a request with telemetry wait for its answer at the 99th percentile?',
    params: ['minutes'],
    unit: 'seconds',
    staleAfterSeconds: 600,
  },
} as const satisfies Record<string, Question>;

export type QuestionName = keyof typeof questions;

export const isQuestion = (name: string): name is QuestionName => Object.hasOwn(questions, name);

/** The question by its name, without the narrow types of the table. */
export const questionOf = (name: QuestionName): Question => questions[name];
