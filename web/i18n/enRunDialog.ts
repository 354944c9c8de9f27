/** The sentences of what a person is asked while following a runbook. */
export const enRunDialog = {
  'run.ask.skip': 'Skip',
  'run.ask.note': 'Note',
  'run.ask.override': 'It is over all the same',
  'run.ask.finish': 'Finish',
  'run.askAt.skip': 'Skip step {n}',
  'run.askAt.note': 'Note on step {n}',
  'run.reason': 'Why',
  'run.words': 'Note',
  'run.unverified': 'Verify has not passed.',
} as const;
