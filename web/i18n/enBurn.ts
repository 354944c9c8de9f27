/** The sentences of the charts of an error budget. */
export const enBurn = {
  'slo.burndown': 'Error budget left',
  'slo.burndownLabel':
    'Error budget of {name} over time, {percent} left, with the line of an even pace.',
  'slo.leftSeries': 'left',
  'slo.pace': 'even pace',
  'slo.rate': 'Burn rate',
  'slo.rateLabel':
    'Burn rate of {name} over time on a log scale, with lines at the factors that fire.',
  'slo.rateSeries': '{long} window',
  'slo.noPoints': 'No event in this range.',
  'slo.note.version': 'new version',
  'slo.note.alert': 'alert',
  'slo.note.exclusion': 'exclusion',
  'slo.note.incident': 'incident',
} as const;
