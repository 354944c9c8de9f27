-- Spend in [from, to) by time bucket and model ('compute' for compute): the five dearest by name, the rest as '(other)'.
-- `origin` and `bucket` are whole quarters of an hour, so that a row of the rollup is in one bucket.
WITH counted AS (
  SELECT
    coalesce(model, '(unknown model)') AS series,
    (start_ns - $origin::BIGINT) // $bucket::BIGINT AS bucket,
    sum(cost_nano) AS cost_nano,
    sum(unpriced) AS unpriced,
    sum(lines) AS lines
  FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  GROUP BY ALL
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
