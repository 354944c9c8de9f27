/** OpenSLO of a share of attempts that succeed, 99 % in 28 days. */
export const attemptsSloYaml = ({
  name,
  service,
  pipeline = null,
  annotations = {},
}: {
  readonly name: string;
  readonly service: string;
  /** null: of all pipelines. */
  readonly pipeline?: string | null;
  readonly annotations?: Readonly<Record<string, string>>;
}): string => {
  const where = pipeline === null ? {} : { pipeline };
  const source = (of: object): string =>
    JSON.stringify({ metricSource: { type: 'burnbook', spec: { events: 'attempts', where: of } } });
  return `apiVersion: openslo/v1
kind: SLO
metadata: ${JSON.stringify({ name, annotations })}
spec:
  service: ${service}
  budgetingMethod: Occurrences
  timeWindow: [{ duration: 28d, isRolling: true }]
  indicator:
    metadata: { name: attempts-ok }
    spec:
      ratioMetric:
        counter: true
        good: ${source({ ...where, outcome: 'succeeded' })}
        total: ${source(where)}
  objectives: [{ target: 0.99 }]
`;
};
