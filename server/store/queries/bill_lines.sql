-- The lines of one batch, dearest last step first is the page's business: here in order of time.
SELECT
  l.kind, l.trace_hi, l.trace_lo, l.span_id, l.start_ns, l.name, l.failed, l.run_id, l.step, l.attempt,
  l.provider, l.model, l.tier, l.operation, l.input_tokens, l.output_tokens, l.cache_read_tokens, l.cache_write_tokens,
  l.cache_write_1h_tokens, l.reasoning_tokens, l.audio_input_tokens, l.audio_output_tokens,
  l.audio_cache_read_tokens, l.image_input_tokens, l.image_output_tokens, l.image_cache_read_tokens, l.cpu_ns, l.gb_ns,
  l.cost_nano, l.reported_nano, l.reported_note, l.price_id, l.unpriced_reason, l.excluded, l.response_key, l.tags,
  l.reservation_id,
  l.waste, l.failure, l.shared,
  (SELECT any_value(outcome) FROM attempts AS t WHERE t.attempt_key = l.attempt_key) AS attempt_outcome,
  count(*) OVER () AS matching
FROM settled_lines AS l
WHERE l.pipeline = $pipeline::VARCHAR
  AND (
    (NOT l.shared AND l.batch_id = $batch::VARCHAR)
    OR (l.shared AND l.run_id IN (SELECT unnest($runIds::VARCHAR[])))
  )
ORDER BY l.start_ns, l.trace_hi, l.trace_lo, l.span_id, l.kind
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
