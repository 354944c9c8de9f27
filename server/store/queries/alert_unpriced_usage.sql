-- Model calls in the range, how many of them have no price, and the three models with the most of these; NULL for any
-- pipeline or model.
WITH sums AS (
  SELECT coalesce(provider, 'unknown provider') || ' ' || coalesce(model, 'unknown model') AS model,
    sum(lines) AS calls, sum(unpriced) AS unpriced, max(start_ns) AS last_ns
  FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  WHERE kind = 'model'
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
    AND ($model::VARCHAR IS NULL OR model = $model::VARCHAR)
  GROUP BY ALL
)
SELECT coalesce(sum(calls), 0)::BIGINT AS calls, coalesce(sum(unpriced), 0)::BIGINT AS unpriced, max(last_ns) AS last_ns,
  coalesce(array_to_string((list(model ORDER BY unpriced DESC, model) FILTER (unpriced > 0))[:3], ', '), '') AS models
FROM sums
