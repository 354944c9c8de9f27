-- The sums of one batch by step and kind; what its runs cost above several batches stands apart (`shared`).
SELECT step, kind, shared, count(*) AS lines,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL), 0) AS total,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'compute'), 0) AS compute,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND kind = 'model'), 0) AS model_cost,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND waste), 0) AS waste,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND failure), 0) AS failure,
  count(*) FILTER (excluded IS NULL AND cost_nano IS NULL) AS unpriced,
  count(*) FILTER (excluded IS NULL AND kind = 'model') AS calls,
  count(*) FILTER (excluded IS NULL AND cost_nano IS NOT NULL AND reported_nano IS NOT NULL) AS reported_calls,
  coalesce(sum(cost_nano) FILTER (excluded IS NULL AND reported_nano IS NOT NULL), 0) AS reported_list,
  coalesce(sum(reported_nano) FILTER (excluded IS NULL AND cost_nano IS NOT NULL), 0) AS reported,
  coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (excluded IS NULL), 0)::BIGINT AS tokens
FROM settled_lines
WHERE pipeline = $pipeline::VARCHAR
  AND ((NOT shared AND batch_id = $batch::VARCHAR) OR (shared AND run_id IN (SELECT unnest($runIds::VARCHAR[]))))
GROUP BY step, kind, shared
ORDER BY step NULLS FIRST, kind
