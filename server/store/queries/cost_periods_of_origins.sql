-- The same answer as `cost_periods.sql` where neither dimension nor filters look at runs or batches.
WITH origins AS MATERIALIZED (
  SELECT origin, step, key1, key_hash, is_call
  FROM keyed_origins(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, NULL::VARCHAR, NULL::VARCHAR
  )
),
repeats AS (
  SELECT place, unnest(repeated) AS step
  FROM (
    SELECT place, repeated FROM settled_places WHERE place NOT IN (SELECT place FROM stale_places)
    UNION ALL
    SELECT place, repeated FROM stale_places
  )
  WHERE repeated IS NOT NULL
),
facts AS NOT MATERIALIZED (
  SELECT * FROM quarter_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
),
-- Once a quarter: naming a time costs as much as ten sums.
quarters AS MATERIALIZED (
  SELECT bucket_ns, period_start($unit::VARCHAR, bucket_ns, $tz::VARCHAR) AS period_ns
  FROM (SELECT DISTINCT bucket_ns FROM facts)
),
found AS (
  SELECT o.key_hash, q.period_ns,
    sum(f.lines) AS lines, sum(f.cost_nano) AS total, sum(f.cost_nano * o.is_call) AS model_cost,
    sum(f.waste_nano) AS waste, sum(f.failure_nano) AS failure, sum(f.unpriced) AS unpriced
  FROM facts AS f
  JOIN (SELECT origin, key_hash, is_call FROM origins) AS o ON o.origin = f.origin
  JOIN quarters AS q ON q.bucket_ns = f.bucket_ns
  GROUP BY o.key_hash, q.period_ns
  UNION ALL
  -- Steps that a later run repeated are waste as a whole.
  SELECT o.key_hash, q.period_ns, 0, 0, 0, sum(f.cost_nano - f.waste_nano), -sum(f.failure_nano), 0
  FROM facts AS f
  JOIN repeats AS r ON r.place = f.place
  JOIN origins AS o ON o.origin = f.origin AND o.step = r.step
  JOIN quarters AS q ON q.bucket_ns = f.bucket_ns
  GROUP BY o.key_hash, q.period_ns
),
named AS MATERIALIZED (
  SELECT o.key1 AS key, f.*
  FROM found AS f
  JOIN (SELECT DISTINCT key_hash, key1 FROM origins) AS o ON o.key_hash = f.key_hash
),
ranked AS (
  SELECT key, least(row_number() OVER (ORDER BY sum(total) DESC, key NULLS LAST), 6) AS rank
  FROM named
  GROUP BY key
  HAVING sum(lines) <> 0
)
SELECT r.rank, CASE WHEN r.rank < 6 THEN any_value(n.key) END AS key, n.period_ns AS bucket_ns,
  sum(n.lines)::BIGINT AS lines, sum(n.total) AS total, sum(n.total) - sum(n.model_cost) AS compute,
  sum(n.model_cost) AS model_cost, sum(n.waste) AS waste, sum(n.failure) AS failure, sum(n.unpriced)::BIGINT AS unpriced
FROM named AS n
JOIN ranked AS r ON r.key IS NOT DISTINCT FROM n.key
GROUP BY r.rank, n.period_ns
HAVING sum(n.lines) <> 0
ORDER BY r.rank, n.period_ns
