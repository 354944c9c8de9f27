-- Model calls of the minutes, each response once. Calls of one operation within a minute stand for one operation. See
-- sli_attempts for `by`, `value` and `limits`.
WITH minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
calls AS (
  SELECT *, start_ns - start_ns % 60000000000 AS minute_ns
  FROM bill_lines
  WHERE kind = 'model' AND excluded IS NULL AND start_ns >= $first::BIGINT AND start_ns < $last::BIGINT
),
-- An attempt goes on around its calls, but for the clocks of two machines.
operations AS (
  SELECT attempt_key, any_value(operation_key) AS operation_key
  FROM attempts
  WHERE end_ns >= $first::BIGINT - 600000000000 AND start_ns < $last::BIGINT + 600000000000
  GROUP BY attempt_key
),
durations AS (
  SELECT trace_hi, trace_lo, span_id, duration_ns
  FROM spans
  WHERE start_ns >= $first::BIGINT AND start_ns < CASE $value::VARCHAR WHEN 'latency' THEN $last::BIGINT ELSE 0 END
),
events AS (
  SELECT c.*, coalesce(o.operation_key, c.attempt_key, c.span_id) AS operation_key,
    CASE $value::VARCHAR
      WHEN 'latency' THEN d.duration_ns
      WHEN 'inputTokens' THEN c.input_tokens
      WHEN 'outputTokens' THEN c.output_tokens
    END AS value
  FROM calls AS c
  LEFT JOIN operations AS o ON o.attempt_key = c.attempt_key
  LEFT JOIN durations AS d ON d.span_id = c.span_id AND d.trace_lo = c.trace_lo AND d.trace_hi = c.trace_hi
)
SELECT 'modelCalls' AS kind, CASE WHEN $byMinute::BOOLEAN THEN minute_ns ELSE $first::BIGINT END AS minute_ns, pipeline, CASE WHEN failed THEN 'failed' ELSE 'succeeded' END AS outcome,
  CASE WHEN list_contains($by::VARCHAR[], 'run') THEN run_id END AS run,
  CASE WHEN list_contains($by::VARCHAR[], 'batch') THEN batch END AS batch,
  CASE WHEN list_contains($by::VARCHAR[], 'step') THEN step END AS step,
  CASE WHEN list_contains($by::VARCHAR[], 'team') THEN team END AS team,
  CASE WHEN list_contains($by::VARCHAR[], 'environment') THEN environment END AS environment,
  CASE WHEN list_contains($by::VARCHAR[], 'provider') THEN provider END AS provider,
  CASE WHEN list_contains($by::VARCHAR[], 'model') THEN model END AS model,
  CASE WHEN list_contains($by::VARCHAR[], 'operation') THEN operation END AS operation,
  CASE WHEN list_contains($by::VARCHAR[], 'tags') THEN tags END AS tags,
  CASE WHEN value IS NULL THEN NULL ELSE len(list_filter($limits::BIGINT[], l -> l <= value)) END AS rank,
  count(*) AS events,
  count(DISTINCT operation_key) AS operations
FROM events
WHERE minute_ns IN (SELECT minute_ns FROM minutes)
GROUP BY ALL
