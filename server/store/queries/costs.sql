-- Sums of the lines that start in [from, to), by one dimension.
SELECT
  CASE $groupBy::VARCHAR
    WHEN 'pipeline' THEN pipeline
    WHEN 'model' THEN CASE kind WHEN 'compute' THEN 'compute' ELSE model END
    WHEN 'step' THEN step
    WHEN 'team' THEN team
    WHEN 'day' THEN strftime(timezone($tz::VARCHAR, make_timestamp_ns(start_ns)::TIMESTAMP AT TIME ZONE 'UTC'), '%Y-%m-%d')
  END AS key,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL), 0) AS total,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'compute'), 0) AS compute,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'model'), 0) AS model_cost,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND waste), 0) AS waste,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND failure), 0) AS failure,
  count(*) FILTER (excluded IS NULL AND cost_nano IS NULL) AS unpriced,
  count(*) FILTER (excluded IS NULL AND kind = 'model') AS calls,
  coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (excluded IS NULL), 0)::BIGINT AS tokens
FROM settled_lines
WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
GROUP BY 1
ORDER BY total DESC, key NULLS LAST
LIMIT $limit::BIGINT
