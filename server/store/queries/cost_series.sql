-- Spend by time bucket and model ('compute' for compute): the five dearest by name, the rest as '(other)'.
WITH counted AS (
  SELECT
    CASE kind WHEN 'compute' THEN 'compute' ELSE coalesce(model, '(unknown model)') END AS series,
    ((start_ns - $from::BIGINT) // $bucket::BIGINT) AS bucket,
    cost_nano
  FROM bill_lines
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND excluded IS NULL
),
top AS (
  SELECT series FROM counted GROUP BY series ORDER BY sum(cost_nano) DESC NULLS LAST, series LIMIT 5
)
SELECT
  $from::BIGINT + bucket * $bucket::BIGINT AS bucket_ns,
  CASE WHEN series IN (SELECT series FROM top) THEN series ELSE '(other)' END AS series,
  coalesce(sum(cost_nano), 0) AS cost,
  count(*) AS lines
FROM counted
GROUP BY 1, 2
ORDER BY 1, 2
