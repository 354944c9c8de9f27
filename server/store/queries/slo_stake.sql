-- What events of a kind cost: those of the minutes that have the attributes of one of `groups` (a JSON list, as the queries
-- of events group them). Attempts with all that is nested in them, operations with all their attempts, model calls their
-- own line; runs, rows and checks the whole run that they are of. Each line once.
WITH RECURSIVE minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
groups AS (
  SELECT unnest(from_json($groups::JSON, '[{
    "pipeline":"VARCHAR", "outcome":"VARCHAR", "errorClass":"VARCHAR", "run":"VARCHAR", "batch":"VARCHAR", "step":"VARCHAR",
    "name":"VARCHAR", "runKind":"VARCHAR", "team":"VARCHAR", "environment":"VARCHAR", "provider":"VARCHAR",
    "model":"VARCHAR", "operation":"VARCHAR", "tags":"VARCHAR", "rank":"BIGINT"
  }]'), recursive := true)
),
touched AS (
  SELECT DISTINCT operation_key FROM attempts
  WHERE $kind::VARCHAR = 'operations' AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
),
tries AS (
  SELECT *,
    row_number() OVER (PARTITION BY operation_key ORDER BY end_ns DESC, trace_hi, trace_lo, span_id) = 1 AS last_of_all,
    bool_or(outcome = 'succeeded') OVER (PARTITION BY operation_key) AS won,
    min(start_ns) OVER (PARTITION BY operation_key) AS first_ns,
    count(*) OVER (PARTITION BY operation_key) AS tried
  FROM attempts
  WHERE end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
    AND operation_key IN (SELECT operation_key FROM touched)
),
run_ends AS (
  SELECT pipeline, run_id, max(end_ns) AS end_ns, min(start_ns) AS start_ns, any_value(batch) AS batch,
    any_value(run_kind) AS run_kind, any_value(team) AS team, any_value(environment) AS environment,
    run_outcome(outcome, failed, end_ns) AS outcome
  FROM activities
  WHERE $kind::VARCHAR = 'runs' AND is_run
    AND end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
  GROUP BY pipeline, run_id
),
events AS (
  SELECT end_ns AS at_ns, pipeline, outcome, error_class, run_id, batch, step, name, NULL AS run_kind, NULL AS team,
    NULL AS environment, NULL AS provider, NULL AS model, NULL AS operation, NULL AS tags,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns WHEN 'number' THEN number WHEN 'backoff' THEN backoff_ms * 1000000 END
      AS value,
    attempt_key, NULL::UBIGINT AS operation_key, NULL::UBIGINT AS trace_hi, NULL::UBIGINT AS trace_lo, NULL::UBIGINT AS span_id
  FROM attempts
  WHERE $kind::VARCHAR = 'attempts' AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
  UNION ALL
  SELECT end_ns, pipeline, CASE WHEN won THEN 'succeeded' ELSE outcome END, error_class, run_id, batch, step, name, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - first_ns WHEN 'attempts' THEN tried END,
    NULL, operation_key, NULL, NULL, NULL
  FROM tries
  WHERE last_of_all
  UNION ALL
  SELECT end_ns, pipeline, outcome, NULL, run_id, batch, NULL, NULL, run_kind, team, environment, NULL, NULL, NULL, NULL,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns END, NULL, NULL, NULL, NULL, NULL
  FROM run_ends
  UNION ALL
  SELECT end_ns, pipeline, 'failed', NULL, run_id, batch, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
  FROM activities
  WHERE $kind::VARCHAR = 'rows' AND is_step AND rows_failed > 0 AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
  UNION ALL
  SELECT end_ns, pipeline, outcome, NULL, run_id, batch, step, check_name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL
  FROM data_notes
  WHERE $kind::VARCHAR = 'qualityChecks' AND outcome IS NOT NULL AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
  UNION ALL
  SELECT l.start_ns, l.pipeline, CASE WHEN l.failed THEN 'failed' ELSE 'succeeded' END, NULL, l.run_id, l.batch, l.step, NULL,
    NULL, l.team, l.environment, l.provider, l.model, l.operation, l.tags,
    CASE $value::VARCHAR
      WHEN 'latency' THEN s.duration_ns WHEN 'inputTokens' THEN l.input_tokens WHEN 'outputTokens' THEN l.output_tokens
    END,
    NULL, NULL, l.trace_hi, l.trace_lo, l.span_id
  FROM bill_lines AS l
  LEFT JOIN spans AS s
    ON $value::VARCHAR = 'latency' AND s.start_ns >= $first::BIGINT AND s.start_ns < $last::BIGINT
    AND s.span_id = l.span_id AND s.trace_lo = l.trace_lo AND s.trace_hi = l.trace_hi
  WHERE $kind::VARCHAR = 'modelCalls' AND l.kind = 'model' AND l.excluded IS NULL
    AND l.start_ns >= $first::BIGINT AND l.start_ns < $last::BIGINT
),
bad AS MATERIALIZED (
  SELECT e.pipeline, e.run_id, e.attempt_key, e.operation_key, e.trace_hi, e.trace_lo, e.span_id
  FROM events AS e
  SEMI JOIN groups AS g
    ON e.pipeline = g.pipeline AND e.outcome IS NOT DISTINCT FROM g.outcome
    AND e.error_class IS NOT DISTINCT FROM g."errorClass"
    AND (g.rank IS NULL OR len(list_filter($limits::BIGINT[], l -> l <= e.value)) = g.rank)
    AND (NOT list_contains($by::VARCHAR[], 'run') OR e.run_id IS NOT DISTINCT FROM g.run)
    AND (NOT list_contains($by::VARCHAR[], 'batch') OR e.batch IS NOT DISTINCT FROM g.batch)
    AND (NOT list_contains($by::VARCHAR[], 'step') OR e.step IS NOT DISTINCT FROM g.step)
    AND (NOT list_contains($by::VARCHAR[], 'name') OR e.name IS NOT DISTINCT FROM g.name)
    AND (NOT list_contains($by::VARCHAR[], 'runKind') OR e.run_kind IS NOT DISTINCT FROM g."runKind")
    AND (NOT list_contains($by::VARCHAR[], 'team') OR e.team IS NOT DISTINCT FROM g.team)
    AND (NOT list_contains($by::VARCHAR[], 'environment') OR e.environment IS NOT DISTINCT FROM g.environment)
    AND (NOT list_contains($by::VARCHAR[], 'provider') OR e.provider IS NOT DISTINCT FROM g.provider)
    AND (NOT list_contains($by::VARCHAR[], 'model') OR e.model IS NOT DISTINCT FROM g.model)
    AND (NOT list_contains($by::VARCHAR[], 'operation') OR e.operation IS NOT DISTINCT FROM g.operation)
    AND (NOT list_contains($by::VARCHAR[], 'tags') OR e.tags IS NOT DISTINCT FROM g.tags)
  WHERE e.at_ns - e.at_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
),
-- A nested attempt is lost with the one around it.
keys AS (
  SELECT attempt_key FROM bad WHERE attempt_key IS NOT NULL
  UNION
  SELECT t.attempt_key FROM tries AS t WHERE t.operation_key IN (SELECT operation_key FROM bad)
  UNION
  SELECT a.attempt_key
  FROM attempts AS a
  JOIN keys AS k ON a.outer_attempt_key = k.attempt_key
  WHERE a.end_ns >= $first::BIGINT - 691200000000000 AND a.end_ns < $last::BIGINT + 691200000000000
),
sums AS (
  SELECT count(*) AS lines, count(*) FILTER (cost_nano IS NULL) AS unpriced, sum(cost_nano) AS cost
  FROM bill_lines
  WHERE attempt_key IN (SELECT attempt_key FROM keys) AND excluded IS NULL
    AND start_ns >= $first::BIGINT - 691200000000000 AND start_ns < $last::BIGINT + 691200000000000
  UNION ALL
  SELECT count(*), count(*) FILTER (l.cost_nano IS NULL), sum(l.cost_nano)
  FROM bill_lines AS l
  SEMI JOIN bad AS b ON b.span_id = l.span_id AND b.trace_lo = l.trace_lo AND b.trace_hi = l.trace_hi
  WHERE l.kind = 'model' AND l.excluded IS NULL AND l.start_ns >= $first::BIGINT AND l.start_ns < $last::BIGINT
  UNION ALL
  SELECT sum(lines), sum(unpriced), sum(cost_nano)
  FROM cost_quarters AS c
  SEMI JOIN (
    SELECT p.place FROM cost_places AS p SEMI JOIN bad AS b ON b.pipeline = p.pipeline AND b.run_id = p.run_id
  ) AS p ON p.place = c.place
  WHERE $kind::VARCHAR IN ('runs', 'rows', 'qualityChecks')
)
SELECT coalesce(sum(lines), 0)::BIGINT AS lines, coalesce(sum(unpriced), 0)::BIGINT AS unpriced,
  coalesce(sum(cost), 0)::BIGINT AS cost
FROM sums
