-- Spend in [from, to) by time bucket and model ('compute' for compute): the five dearest by name, the rest as '(other)'.
-- `origin` and `bucket` are whole quarters of an hour, so that a row of the rollup is in one bucket.
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
counted AS (
  SELECT
    CASE kind WHEN 'compute' THEN 'compute' ELSE coalesce(model, '(unknown model)') END AS series,
    (start_ns - $origin::BIGINT) // $bucket::BIGINT AS bucket,
    cost_nano,
    unpriced,
    lines
  FROM covered
),
top AS (
  SELECT series FROM counted GROUP BY series ORDER BY sum(cost_nano) DESC NULLS LAST, series LIMIT 5
)
SELECT
  $origin::BIGINT + bucket * $bucket::BIGINT AS bucket_ns,
  CASE WHEN series IN (SELECT series FROM top) THEN series ELSE '(other)' END AS series,
  coalesce(sum(cost_nano), 0) AS cost,
  coalesce(sum(unpriced), 0)::BIGINT AS unpriced,
  coalesce(sum(lines), 0)::BIGINT AS lines
FROM counted
GROUP BY 1, 2
HAVING sum(lines) > 0
ORDER BY 1, 2
