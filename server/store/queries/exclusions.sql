-- Lines received in [from, to) and not counted, newest first.
WITH mine AS (
  SELECT l.*,
    coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id
  FROM bill_lines AS l
  LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
  WHERE l.excluded IS NOT NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
    AND ($reason::VARCHAR IS NULL OR l.excluded = $reason::VARCHAR)
)
SELECT excluded, pipeline, batch_id, run_id, step, start_ns, name, provider, model, input_tokens, output_tokens, cost_nano,
  trace_hi, trace_lo, span_id, response_key, count(*) OVER () AS matching
FROM mine
WHERE cost_selected(
  $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
  pipeline, run_id, batch_id, step, model, provider, team, environment, attempt::VARCHAR, kind, tags
)
ORDER BY start_ns DESC, trace_hi, trace_lo, span_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
