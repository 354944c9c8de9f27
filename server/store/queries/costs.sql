-- Sums of the lines that start in [from, to), by one dimension.
WITH bounds AS (
  -- Whole quarters of an hour come from the rollup, the two edges from the lines themselves.
  SELECT
    ($from::BIGINT + 899999999999) // 900000000000 * 900000000000 AS first_whole,
    $to::BIGINT // 900000000000 * 900000000000 AS end_whole
),
-- Two ranges of constants, so that the scan skips whole row groups; one empty where both edges are in one quarter.
edges AS (
  SELECT * FROM bill_lines
  WHERE excluded IS NULL
    AND start_ns >= $from::BIGINT
    AND start_ns < least($to::BIGINT, ($from::BIGINT + 899999999999) // 900000000000 * 900000000000)
  UNION ALL
  SELECT * FROM bill_lines
  WHERE excluded IS NULL
    AND start_ns >= greatest(
      $to::BIGINT // 900000000000 * 900000000000,
      ($from::BIGINT + 899999999999) // 900000000000 * 900000000000
    )
    AND start_ns < $to::BIGINT
),
covered AS (
  SELECT bucket_ns AS start_ns, kind, pipeline, run_id, batch, step, model, team,
    lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
  FROM cost_rollup, bounds
  WHERE bucket_ns >= first_whole AND bucket_ns < end_whole
  UNION ALL
  SELECT l.start_ns, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.model, l.team,
    1, (l.cost_nano IS NULL)::BIGINT, coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0), coalesce(l.cost_nano, 0),
    CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END,
    CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END
  FROM edges AS l
  LEFT JOIN losing_attempts AS a USING (attempt_key)
),
repeated AS MATERIALIZED (
  SELECT * FROM repeated_steps
),
judged AS (
  FROM covered
  UNION ALL
  -- Steps that a later run repeated are waste as a whole.
  SELECT c.start_ns, c.kind, c.pipeline, c.run_id, c.batch, c.step, c.model, c.team,
    0, 0, 0, 0, c.cost_nano - c.waste_nano, -c.failure_nano
  FROM covered AS c
  SEMI JOIN repeated AS s
    ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
)
SELECT
  CASE $groupBy::VARCHAR
    WHEN 'pipeline' THEN pipeline
    WHEN 'model' THEN CASE kind WHEN 'compute' THEN 'compute' ELSE model END
    WHEN 'step' THEN step
    WHEN 'team' THEN team
    WHEN 'day' THEN strftime(timezone($tz::VARCHAR, make_timestamp(start_ns // 1000) AT TIME ZONE 'UTC'), '%Y-%m-%d')
  END AS key,
  coalesce(sum(cost_nano), 0) AS total,
  coalesce(sum(cost_nano) FILTER (kind = 'compute'), 0) AS compute,
  coalesce(sum(cost_nano) FILTER (kind = 'model'), 0) AS model_cost,
  coalesce(sum(waste_nano), 0) AS waste,
  coalesce(sum(failure_nano), 0) AS failure,
  coalesce(sum(unpriced), 0)::BIGINT AS unpriced,
  coalesce(sum(lines) FILTER (kind = 'model'), 0)::BIGINT AS calls,
  coalesce(sum(tokens), 0)::BIGINT AS tokens
FROM judged
GROUP BY 1
HAVING sum(lines) <> 0
ORDER BY CASE WHEN $groupBy::VARCHAR = 'day' THEN key END, total DESC, key NULLS LAST
LIMIT $limit::BIGINT
