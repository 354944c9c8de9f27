CREATE OR REPLACE TEMP TABLE settling_lines AS
SELECT l.attempt_key, l.start_ns, l.span_id, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team,
  l.environment, l.attempt, l.tags, l.cost_nano, l.excluded
FROM bill_lines AS l
SEMI JOIN (SELECT attempt_key FROM settling_attempts WHERE NOT gone) AS k ON k.attempt_key = l.attempt_key
WHERE l.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
