-- Runs and rows of the minutes. A run counts once, at its last end; rows at the end of each execution of a step, those that
-- failed apart from the others. See sli_attempts for `by`, `value` and `limits`.
WITH minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
touched AS (
  SELECT DISTINCT pipeline, run_id FROM activities
  WHERE is_run AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
    AND end_ns - end_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
),
runs AS (
  SELECT a.pipeline, a.run_id, max(end_ns) AS end_ns, min(start_ns) AS start_ns, any_value(batch) AS batch,
    any_value(run_kind) AS run_kind, any_value(team) AS team, any_value(environment) AS environment,
    run_outcome(outcome, failed, end_ns) AS outcome
  FROM activities AS a
  SEMI JOIN touched AS t ON t.pipeline = a.pipeline AND t.run_id = a.run_id
  WHERE is_run AND end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
  GROUP BY a.pipeline, a.run_id
),
steps AS (
  SELECT pipeline, run_id, batch, step, end_ns, coalesce(rows_failed, 0) AS bad,
    greatest(coalesce(rows_in, coalesce(rows_out, 0) + coalesce(rows_failed, 0)), coalesce(rows_failed, 0)) AS total
  FROM activities
  WHERE is_step AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
    AND coalesce(rows_in, rows_out, rows_failed) IS NOT NULL
),
events AS (
  SELECT 'runs' AS kind, end_ns, pipeline, run_id, batch, NULL AS step, outcome, run_kind, team, environment,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns END AS value, 1 AS events
  FROM runs
  UNION ALL
  SELECT 'rows', end_ns, pipeline, run_id, batch, step, 'succeeded', NULL, NULL, NULL, NULL, total - bad FROM steps
  UNION ALL
  SELECT 'rows', end_ns, pipeline, run_id, batch, step, 'failed', NULL, NULL, NULL, NULL, bad FROM steps
)
SELECT kind, CASE WHEN $byMinute::BOOLEAN THEN end_ns - end_ns % 60000000000 ELSE $first::BIGINT END AS minute_ns, pipeline, outcome,
  CASE WHEN list_contains($by::VARCHAR[], 'run') THEN run_id END AS run,
  CASE WHEN list_contains($by::VARCHAR[], 'batch') THEN batch END AS batch,
  CASE WHEN list_contains($by::VARCHAR[], 'step') THEN step END AS step,
  CASE WHEN list_contains($by::VARCHAR[], 'runKind') THEN run_kind END AS "runKind",
  CASE WHEN list_contains($by::VARCHAR[], 'team') THEN team END AS team,
  CASE WHEN list_contains($by::VARCHAR[], 'environment') THEN environment END AS environment,
  CASE WHEN value IS NULL THEN NULL ELSE len(list_filter($limits::BIGINT[], l -> l <= value)) END AS rank,
  sum(events)::BIGINT AS events,
  sum(events)::BIGINT AS operations
FROM events
WHERE events > 0 AND end_ns - end_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
GROUP BY ALL
