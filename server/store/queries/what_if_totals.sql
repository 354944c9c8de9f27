-- All operations that began in [from, to), their attempts (parallel spans of one attempt each), and what the lines under
-- attempts in the range cost.
WITH operations AS (
  SELECT operation_key, count(*) AS attempts, bool_or(outcome = 'succeeded') AS won
  FROM attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
    AND cost_selected(
      $patterns::VARCHAR[], [''], ['', ''],
      pipeline, run_id, NULL, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    )
  GROUP BY operation_key
  HAVING min(start_ns) < $to::BIGINT
),
money AS (
  SELECT coalesce(sum(l.cost_nano), 0) AS cost,
    coalesce(sum(l.cost_nano) FILTER (s.waste), 0) AS waste,
    coalesce(sum(l.cost_nano) FILTER (NOT s.waste), 0) AS failure
  FROM bill_lines AS l
  LEFT JOIN losing_attempts AS s ON s.attempt_key = l.attempt_key
  WHERE l.attempt_key IS NOT NULL AND l.excluded IS NULL
    AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
    AND cost_selected(
      $patterns::VARCHAR[], [''], ['', ''],
      l.pipeline, l.run_id, NULL, l.step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    )
),
counts AS (
  SELECT count(*) AS operations, coalesce(sum(attempts), 0)::BIGINT AS attempts, count(*) FILTER (won) AS succeeded
  FROM operations
)
SELECT operations, attempts, succeeded, cost, waste, failure FROM counts, money
