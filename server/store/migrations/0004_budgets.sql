-- Every definition that a cost budget ever had; NULL: removed. The file owns the definitions, this remembers them.
CREATE TABLE budget_versions (
  budget_id VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  definition VARCHAR,
  from_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR
);

-- Alerts of cost budgets, one row each; `resolved_ns` NULL: it fires. `percent` of a threshold or a forecast.
CREATE TABLE budget_alerts (
  alert_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  budget_id VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  period_start_ns BIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  percent INTEGER,
  severity VARCHAR NOT NULL,
  owner VARCHAR,
  runbook VARCHAR NOT NULL,
  summary VARCHAR NOT NULL,
  details VARCHAR NOT NULL,
  raised_ns BIGINT NOT NULL,
  resolved_ns BIGINT,
  reason VARCHAR
);

-- What was known of a period when it was closed, some days after its end: later changes are adjustments to it.
CREATE TABLE budget_closings (
  budget_id VARCHAR NOT NULL,
  period_start_ns BIGINT NOT NULL,
  period_end_ns BIGINT NOT NULL,
  version INTEGER NOT NULL,
  spent_nano BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  closed_ns BIGINT NOT NULL
);

-- Who changed what by hand, with the JSON of before and after.
CREATE TABLE audit_log (
  at_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  action VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  before VARCHAR,
  after VARCHAR,
  reason VARCHAR
);

-- Budgets may be narrowed to an environment.
ALTER TABLE cost_rollup ADD COLUMN environment VARCHAR;
CREATE TEMP TABLE environment_sums AS
SELECT
  l.start_ns - ((l.start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  l.kind, l.pipeline, l.run_id, l.batch, l.step, CASE l.kind WHEN 'model' THEN l.model END AS model, l.team,
  count(*) FILTER (l.excluded IS NULL) AS lines,
  count(*) FILTER (l.excluded IS NOT NULL) AS excluded,
  count(*) FILTER (l.excluded IS NULL AND l.cost_nano IS NULL) AS unpriced,
  coalesce(sum(coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0)) FILTER (l.excluded IS NULL), 0)::BIGINT AS tokens,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL), 0)::BIGINT AS cost_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND a.waste), 0)::BIGINT AS waste_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND NOT a.waste), 0)::BIGINT AS failure_nano,
  CASE l.kind WHEN 'model' THEN l.provider END AS provider,
  l.tags,
  l.environment
FROM bill_lines AS l
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
GROUP BY ALL;
DELETE FROM cost_rollup;
INSERT INTO cost_rollup SELECT * FROM environment_sums;
DROP TABLE environment_sums;
