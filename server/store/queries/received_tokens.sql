-- Tokens of the model calls in [from, to) as they were received, by why they were not counted (NULL: they were).
WITH mine AS (
  SELECT l.*,
    coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id
  FROM bill_lines AS l
  LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
  WHERE l.kind = 'model' AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
)
SELECT excluded, count(*) AS lines,
  coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
  coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
  coalesce(sum(cost_nano), 0) AS cost,
  count(*) FILTER (cost_nano IS NULL) AS unpriced
FROM mine
WHERE cost_selected(
  $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
  pipeline, run_id, batch_id, step, model, provider, team, environment, attempt::VARCHAR, kind, tags
)
GROUP BY excluded
ORDER BY excluded
