-- How many attempts the operations that began in [from, to) took, and whether the last one won. Operations that are one
-- first attempt that succeeded are the sum of these less those of the others. Attempts are told apart by pipeline, run and
-- step alone: `cost_selected` would cost more than the counting.
WITH mine AS MATERIALIZED (
  SELECT operation_key, number, outcome
  FROM retried_attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
),
operations AS (
  SELECT operation_key, max(number) AS tries, bool_or(outcome = 'succeeded') AS won FROM mine GROUP BY operation_key
),
counts AS (
  SELECT tries, count(*) FILTER (won) AS succeeded, count(*) FILTER (NOT won) AS failed FROM operations GROUP BY tries
  UNION ALL
  SELECT 1, sum(wins), 0
  FROM first_wins_in($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  WHERE cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
  UNION ALL
  SELECT 1, -count(*), 0 FROM mine WHERE number = 1 AND outcome = 'succeeded'
)
SELECT tries, coalesce(sum(succeeded), 0)::BIGINT AS succeeded, sum(failed)::BIGINT AS failed
FROM counts
GROUP BY tries
HAVING coalesce(sum(succeeded), 0) + sum(failed) > 0
ORDER BY tries
LIMIT 1000
