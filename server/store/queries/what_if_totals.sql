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
-- Whole quarters of an hour from the sums, without a text; the edges of the range from the lines.
origins AS MATERIALIZED (
  SELECT origin FROM cost_origins
  WHERE in_attempt
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
),
-- Summed up by origin before these are looked up: a few hundred instead of half a million.
quarters AS (
  SELECT origin, sum(cost_nano) AS cost_nano, sum(waste_nano) AS waste_nano, sum(failure_nano) AS failure_nano
  FROM (
    SELECT * FROM cost_quarters WHERE ($patterns::VARCHAR[])[3] = '' AND ($patterns::VARCHAR[])[4] = ''
    UNION ALL
    SELECT q.*
    FROM cost_quarters AS q
    SEMI JOIN (
      SELECT place FROM cost_places WHERE cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    ) AS p ON p.place = q.place
    WHERE ($patterns::VARCHAR[])[3] <> '' OR ($patterns::VARCHAR[])[4] <> ''
  )
  WHERE bucket_ns >= $firstWhole::BIGINT AND bucket_ns < $endWhole::BIGINT
  GROUP BY origin
),
edges AS (
  SELECT attempt_key, cost_nano, pipeline, run_id, step FROM bill_lines
  WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $firstWhole::BIGINT
  UNION ALL
  SELECT attempt_key, cost_nano, pipeline, run_id, step FROM bill_lines
  WHERE excluded IS NULL AND start_ns >= $endWhole::BIGINT AND start_ns < $to::BIGINT
),
money AS (
  SELECT coalesce(sum(cost_nano), 0) AS cost, coalesce(sum(waste_nano), 0) AS waste,
    coalesce(sum(failure_nano), 0) AS failure
  FROM (
    SELECT q.cost_nano, q.waste_nano, q.failure_nano
    FROM quarters AS q
    SEMI JOIN origins AS o ON o.origin = q.origin
    UNION ALL
    SELECT l.cost_nano, CASE WHEN a.waste THEN l.cost_nano END, CASE WHEN NOT a.waste THEN l.cost_nano END
    FROM edges AS l
    LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
    WHERE l.attempt_key IS NOT NULL
      AND cost_matches(l.pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
      AND cost_matches(l.run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
      AND cost_matches(l.step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
  )
),
counts AS (
  SELECT count(*) AS operations, coalesce(sum(attempts), 0) AS attempts, count(*) FILTER (won) AS succeeded
  FROM operations
)
SELECT (operations + wins)::BIGINT AS operations, (attempts + wins)::BIGINT AS attempts,
  (succeeded + wins)::BIGINT AS succeeded, cost, waste, failure
FROM counts, first_only, money
