-- The selected lines by one dimension and period of the calendar: the five dearest groups, the rest as one (`rank` 6).
WITH grouped AS (
  SELECT key1 AS key, start_ns // 900000000000 AS quarter,
    sum(lines) AS lines,
    sum(cost_nano) AS total,
    coalesce(sum(cost_nano) FILTER (kind = 'compute'), 0) AS compute,
    coalesce(sum(cost_nano) FILTER (kind = 'model'), 0) AS model_cost,
    sum(waste_nano) AS waste,
    sum(failure_nano) AS failure,
    sum(unpriced) AS unpriced
  FROM keyed_facts(
    $from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, NULL::VARCHAR, NULL::VARCHAR
  )
  GROUP BY ALL
),
ranked AS (
  SELECT key, least(row_number() OVER (ORDER BY sum(total) DESC, key NULLS LAST), 6) AS rank
  FROM grouped
  GROUP BY key
  HAVING sum(lines) <> 0
)
SELECT r.rank, CASE WHEN r.rank < 6 THEN any_value(g.key) END AS key,
  period_start($unit::VARCHAR, g.quarter * 900000000000, $tz::VARCHAR) AS bucket_ns,
  sum(g.lines)::BIGINT AS lines, sum(g.total) AS total, sum(g.compute) AS compute, sum(g.model_cost) AS model_cost,
  sum(g.waste) AS waste, sum(g.failure) AS failure, sum(g.unpriced)::BIGINT AS unpriced
FROM grouped AS g
JOIN ranked AS r ON r.key IS NOT DISTINCT FROM g.key
GROUP BY r.rank, bucket_ns
HAVING sum(g.lines) <> 0
ORDER BY r.rank, bucket_ns
