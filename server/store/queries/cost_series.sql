-- Spend by time bucket and model ('compute' for compute): the five dearest by name, the rest as '(other)'. `from`, `to` and
-- `bucket` are whole quarters of an hour.
WITH counted AS (
  SELECT
    CASE kind WHEN 'compute' THEN 'compute' ELSE coalesce(model, '(unknown model)') END AS series,
    (bucket_ns - $from::BIGINT) // $bucket::BIGINT AS bucket,
    cost_nano,
    unpriced,
    lines
  FROM cost_rollup
  WHERE bucket_ns >= $from::BIGINT AND bucket_ns < $to::BIGINT
),
top AS (
  SELECT series FROM counted GROUP BY series ORDER BY sum(cost_nano) DESC NULLS LAST, series LIMIT 5
)
SELECT
  $from::BIGINT + bucket * $bucket::BIGINT AS bucket_ns,
  CASE WHEN series IN (SELECT series FROM top) THEN series ELSE '(other)' END AS series,
  coalesce(sum(cost_nano), 0) AS cost,
  coalesce(sum(unpriced), 0)::BIGINT AS unpriced,
  coalesce(sum(lines), 0)::BIGINT AS lines
FROM counted
GROUP BY 1, 2
HAVING sum(lines) > 0
ORDER BY 1, 2
