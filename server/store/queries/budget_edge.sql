-- Where each line in [from, to) came from, what it cost, and whether it has a price: the edge of a rolling window, which is
-- less than a quarter of an hour long and so is in no row of the rollup as a whole.
SELECT
  pipeline,
  CASE kind WHEN 'model' THEN provider END AS provider,
  CASE kind WHEN 'model' THEN model END AS model,
  team,
  environment,
  tags,
  coalesce(sum(cost_nano), 0)::HUGEINT AS cost,
  count(*) FILTER (cost_nano IS NULL)::BIGINT AS unpriced,
  count(*)::BIGINT AS lines
FROM bill_lines
WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
GROUP BY ALL
