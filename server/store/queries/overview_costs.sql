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
places AS MATERIALIZED (
  SELECT place, repeated FROM settled_places
  WHERE repeated IS NOT NULL AND place NOT IN (SELECT place FROM stale_places)
  UNION ALL
  SELECT place, repeated FROM stale_places WHERE repeated IS NOT NULL
),
facts AS NOT MATERIALIZED (
  SELECT q.bucket_ns AS start_ns, q.origin, q.place, q.lines, q.unpriced, q.cost_nano, q.waste_nano, q.failure_nano
  FROM cost_quarters AS q, bounds
  WHERE (bucket_ns >= before_up AND bucket_ns < from_down) OR (bucket_ns >= from_up AND bucket_ns < to_down)
  UNION ALL
  SELECT l.start_ns,
    cost_origin_key(
      l.kind, l.pipeline, l.step, CASE l.kind WHEN 'model' THEN l.model END, CASE l.kind WHEN 'model' THEN l.provider END,
      l.team, l.environment, l.attempt, l.attempt_key IS NOT NULL, l.tags
    ),
    cost_place_key(l.pipeline, l.run_id, l.batch),
    1, (l.cost_nano IS NULL)::BIGINT, coalesce(l.cost_nano, 0),
    CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END,
    CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END
  FROM edges AS l
  LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
),
found AS (
  SELECT start_ns >= $from::BIGINT AS present,
    CASE WHEN start_ns >= $from::BIGINT THEN (start_ns - $origin::BIGINT) // $bucket::BIGINT END AS bucket,
    origin,
    sum(cost_nano) AS total, sum(waste_nano) AS waste, sum(failure_nano) AS failure, sum(unpriced) AS unpriced,
    sum(lines) AS lines
  FROM facts
  GROUP BY 1, 2, 3
  UNION ALL
  -- Steps that a later run repeated are waste as a whole.
  SELECT f.start_ns >= $from::BIGINT,
    CASE WHEN f.start_ns >= $from::BIGINT THEN (f.start_ns - $origin::BIGINT) // $bucket::BIGINT END,
    f.origin, 0, sum(f.cost_nano - f.waste_nano), -sum(f.failure_nano), 0, 0
  FROM facts AS f
  JOIN (SELECT place, unnest(repeated) AS step FROM places) AS p ON p.place = f.place
  JOIN cost_origins AS o ON o.origin = f.origin AND o.step = p.step
  GROUP BY 1, 2, 3
),
grouped AS MATERIALIZED (
  SELECT f.present, f.bucket, o.kind,
    CASE WHEN o.kind = 'compute' THEN 'compute' ELSE coalesce(o.model, '(unknown model)') END AS series,
    sum(f.total) AS total, sum(f.waste) AS waste, sum(f.failure) AS failure, sum(f.unpriced) AS unpriced, sum(f.lines) AS lines
  FROM found AS f
  JOIN cost_origins AS o ON o.origin = f.origin
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
