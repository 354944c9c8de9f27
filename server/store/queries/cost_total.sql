-- Sum of the lines that start in [from, to).
SELECT
  coalesce(sum(cost_nano), 0) AS total,
  coalesce(sum(cost_nano) FILTER (kind = 'compute'), 0) AS compute,
  coalesce(sum(cost_nano) FILTER (kind = 'model'), 0) AS model_cost,
  coalesce(sum(waste_nano), 0) AS waste,
  coalesce(sum(failure_nano), 0) AS failure,
  coalesce(sum(unpriced), 0)::BIGINT AS unpriced,
  coalesce(sum(lines) FILTER (kind = 'model'), 0)::BIGINT AS calls,
  coalesce(sum(tokens), 0)::BIGINT AS tokens
FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
