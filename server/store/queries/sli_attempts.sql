-- Attempts and operations of the minutes, as many to a row as have the same attributes; those not in `by` are left out. An
-- operation is bad while no attempt of it won, and an attempt stands for its operation when it is its last one of its kind:
-- so an operation with many bad attempts is one bad operation. `step` of `value`: how many of `limits` it reaches.
WITH minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
touched AS (
  SELECT operation_key FROM attempts
  WHERE end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
    AND end_ns - end_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
),
tries AS (
  SELECT *, end_ns - end_ns % 60000000000 AS minute_ns,
    row_number() OVER (PARTITION BY operation_key, outcome = 'succeeded' ORDER BY end_ns DESC, trace_hi, trace_lo, span_id) = 1
      AS last_of_kind,
    row_number() OVER (PARTITION BY operation_key ORDER BY end_ns DESC, trace_hi, trace_lo, span_id) = 1 AS last_of_all,
    bool_or(outcome = 'succeeded') OVER (PARTITION BY operation_key) AS won,
    min(start_ns) OVER (PARTITION BY operation_key) AS first_ns,
    count(*) OVER (PARTITION BY operation_key) AS tried
  FROM attempts
  WHERE end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
    AND operation_key IN (SELECT operation_key FROM touched)
),
events AS (
  SELECT 'attempts' AS kind, outcome, last_of_kind AS stands,
    CASE $value::VARCHAR
      WHEN 'latency' THEN end_ns - start_ns
      WHEN 'number' THEN number
      WHEN 'backoff' THEN backoff_ms * 1000000
    END AS value,
    tries.* EXCLUDE (outcome)
  FROM tries
  WHERE minute_ns IN (SELECT minute_ns FROM minutes)
  UNION ALL
  SELECT 'operations', CASE WHEN won THEN 'succeeded' ELSE outcome END, true,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - first_ns WHEN 'attempts' THEN tried END,
    tries.* EXCLUDE (outcome)
  FROM tries
  WHERE last_of_all AND minute_ns IN (SELECT minute_ns FROM minutes)
)
SELECT kind, CASE WHEN $byMinute::BOOLEAN THEN minute_ns ELSE $first::BIGINT END AS minute_ns, pipeline, outcome, error_class AS "errorClass",
  CASE WHEN list_contains($by::VARCHAR[], 'run') THEN run_id END AS run,
  CASE WHEN list_contains($by::VARCHAR[], 'batch') THEN batch END AS batch,
  CASE WHEN list_contains($by::VARCHAR[], 'step') THEN step END AS step,
  CASE WHEN list_contains($by::VARCHAR[], 'name') THEN name END AS name,
  CASE WHEN value IS NULL THEN NULL ELSE len(list_filter($limits::BIGINT[], l -> l <= value)) END AS rank,
  count(*) AS events,
  count(*) FILTER (stands) AS operations
FROM events
GROUP BY ALL
