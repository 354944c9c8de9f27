-- All operations that began in [from, to), their attempts (parallel spans of one attempt each), and what the lines under
-- attempts in the range cost. Operations that are one first attempt that succeeded are the sum of these less those of
-- the others.
WITH mine AS MATERIALIZED (
  SELECT operation_key, number, outcome, start_ns
  FROM retried_attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
),
operations AS (
  SELECT operation_key, count(*) AS attempts, bool_or(outcome = 'succeeded') AS won
  FROM mine
  GROUP BY operation_key
  HAVING min(start_ns) < $to::BIGINT
),
first_only AS (
  SELECT (
    SELECT coalesce(sum(wins), 0)
    FROM first_wins_in($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
    WHERE cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
      AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
      AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
  ) - (
    SELECT count(*) FROM mine WHERE number = 1 AND outcome = 'succeeded' AND start_ns < $to::BIGINT
  ) AS wins
),
money AS (
  SELECT coalesce(sum(cost_nano), 0) AS cost, coalesce(sum(waste_nano), 0) AS waste,
    coalesce(sum(failure_nano), 0) AS failure
  FROM covered_costs($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  WHERE in_attempt
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
),
counts AS (
  SELECT count(*) AS operations, coalesce(sum(attempts), 0) AS attempts, count(*) FILTER (won) AS succeeded
  FROM operations
)
SELECT (operations + wins)::BIGINT AS operations, (attempts + wins)::BIGINT AS attempts,
  (succeeded + wins)::BIGINT AS succeeded, cost, waste, failure
FROM counts, first_only, money
