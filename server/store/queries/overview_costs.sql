-- Cost in [from, to) by time bucket and model ('compute' for compute; the five dearest by name, the rest as '(other)'),
-- and in [before, from) as one row without a bucket: one reading of the sums for the totals and for the chart.
-- `origin` and `bucket` are whole quarters of an hour, so that a row of the rollup is in one bucket.
WITH bounds AS (
  SELECT
    ($before::BIGINT + 899999999999) // 900000000000 * 900000000000 AS before_up,
    $from::BIGINT // 900000000000 * 900000000000 AS from_down,
    ($from::BIGINT + 899999999999) // 900000000000 * 900000000000 AS from_up,
    $to::BIGINT // 900000000000 * 900000000000 AS to_down
),
-- Quarters that a bound cuts, from the lines: ranges of constants, so that the scan skips whole row groups.
edges AS (
  SELECT * FROM bill_lines
  WHERE excluded IS NULL
    AND start_ns >= $before::BIGINT
    AND start_ns < least($from::BIGINT, ($before::BIGINT + 899999999999) // 900000000000 * 900000000000)
  UNION ALL
  SELECT * FROM bill_lines
  WHERE excluded IS NULL
    AND start_ns >= greatest(
      $from::BIGINT // 900000000000 * 900000000000,
      ($before::BIGINT + 899999999999) // 900000000000 * 900000000000
    )
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
  SELECT bucket_ns AS start_ns, kind, pipeline, run_id, batch, step, model,
    lines, unpriced, cost_nano, waste_nano, failure_nano
  FROM cost_rollup, bounds
  WHERE (bucket_ns >= before_up AND bucket_ns < from_down) OR (bucket_ns >= from_up AND bucket_ns < to_down)
  UNION ALL
  SELECT l.start_ns, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.model,
    1, (l.cost_nano IS NULL)::BIGINT, coalesce(l.cost_nano, 0),
    CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END,
    CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END
  FROM edges AS l
  LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
),
grouped AS MATERIALIZED (
  SELECT
    c.start_ns >= $from::BIGINT AS present,
    CASE WHEN c.start_ns >= $from::BIGINT THEN (c.start_ns - $origin::BIGINT) // $bucket::BIGINT END AS bucket,
    c.kind,
    CASE WHEN c.kind = 'compute' THEN 'compute' ELSE coalesce(c.model, '(unknown model)') END AS series,
    sum(c.cost_nano) AS total,
    -- Steps that a later run repeated are waste as a whole.
    sum(CASE WHEN s.step IS NULL THEN c.waste_nano ELSE c.cost_nano END) AS waste,
    sum(CASE WHEN s.step IS NULL THEN c.failure_nano ELSE 0 END) AS failure,
    sum(c.unpriced) AS unpriced,
    sum(c.lines) AS lines
  FROM covered AS c
  LEFT JOIN repeated_steps AS s
    ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
  GROUP BY 1, 2, 3, 4
),
top AS (
  SELECT series FROM grouped WHERE present GROUP BY series ORDER BY sum(total) DESC NULLS LAST, series LIMIT 5
)
SELECT
  CASE WHEN present THEN $origin::BIGINT + bucket * $bucket::BIGINT END AS bucket_ns,
  CASE WHEN NOT present THEN NULL WHEN series IN (SELECT series FROM top) THEN series ELSE '(other)' END AS series,
  sum(total) AS total,
  coalesce(sum(total) FILTER (kind = 'compute'), 0) AS compute,
  coalesce(sum(total) FILTER (kind = 'model'), 0) AS model_cost,
  sum(waste) AS waste,
  sum(failure) AS failure,
  sum(unpriced)::BIGINT AS unpriced,
  sum(lines)::BIGINT AS lines
FROM grouped
GROUP BY 1, 2
HAVING sum(lines) <> 0 OR sum(total) <> 0
ORDER BY 1, 2
