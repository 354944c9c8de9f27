/** The sentences of the checklist of resilience. */
export const enResilience = {
  'resilience.title': 'Resilience checklist',
  'resilience.lead': 'Each pipeline against the same items, as far as its telemetry can tell.',
  'resilience.checklist': 'What each item means',
  'resilience.none': 'No pipeline has sent telemetry yet.',
  'resilience.counts': '{yes} yes · {no} no · {unknown} cannot tell',
  'resilience.yes': 'Yes',
  'resilience.no': 'No',
  'resilience.cannotTell': 'Cannot tell',
  'resilience.byHand': 'By hand',
  'resilience.evidence': 'Evidence',
} as const;
