-- Sum of the lines that start in [from, to), and how many batches they belong to.
SELECT
  coalesce(sum(cost_nano) FILTER (excluded IS NULL), 0) AS total,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'compute'), 0) AS compute,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'model'), 0) AS model_cost,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND waste), 0) AS waste,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND failure), 0) AS failure,
  count(*) FILTER (excluded IS NULL AND cost_nano IS NULL) AS unpriced,
  count(*) FILTER (excluded IS NULL AND kind = 'model') AS calls,
  coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (excluded IS NULL), 0)::BIGINT AS tokens,
  count(DISTINCT (pipeline, batch_id)) AS batches
FROM settled_lines
WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
