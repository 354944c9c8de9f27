-- Pipelines of whose spend in the range more than a share, and at least so much, was retry waste; NULL for any pipeline.
SELECT pipeline, sum(waste_nano)::BIGINT AS waste, sum(cost_nano)::BIGINT AS spent,
  (coalesce(sum(lines) FILTER (kind = 'model'), 0))::BIGINT AS calls,
  (coalesce(sum(unpriced) FILTER (kind = 'model'), 0))::BIGINT AS unpriced,
  max(start_ns) AS last_ns
FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
WHERE $pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR
GROUP BY pipeline
HAVING sum(cost_nano) > 0 AND sum(waste_nano) > $shareMax::DOUBLE * sum(cost_nano)
  AND sum(waste_nano) >= $wasteMin::BIGINT
ORDER BY pipeline
LIMIT 1000
