/** The sentences of a first visit: the wait for the first span, and the keys. */
export const enStart = {
  'help.close': 'Close',
  'help.range': 'One range earlier, later',
  'help.compare': 'Compare with the period before',
  'help.theme': 'Theme',
  'help.palette': 'Search or go to',
  'help.go': 'Go to overview, cost, SLOs, incidents, retries, batches, runbooks, pipelines',
  'help.help': 'This help',
  'help.runbook': 'In a runbook: next step, tick it, panel',
  'help.chart': 'In a chart: move the cursor; drag to set the range',
  'empty.title': 'Waiting for the first span',
  'empty.text':
    'Burnbook listens on this address. Send it telemetry, and this page turns into your bill by itself.',
  'empty.curl': 'Try it: one span by hand',
  'empty.collector': 'From your own pipeline',
  'empty.env': 'From anything that speaks OpenTelemetry',
  'empty.demo': 'Or run the demo pipeline',
  'empty.listening': 'listening',
} as const;
