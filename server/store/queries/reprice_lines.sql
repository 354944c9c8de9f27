-- Lines that are to be priced again, with all that a price needs and the price that was looked up for them.
SELECT l.rowid AS row_id, l.kind = 'model' AS is_model, p.answer, p.group_index,
  l.* EXCLUDE (kind, trace_hi, trace_lo, span_id, start_ns, received_ns, name, failed, run_id, batch, step, attempt, attempt_key, team,
    environment, provider, model, request_model, tier, operation, reported_nano, price_id, unpriced_reason, response_key, aggregate,
    tags, reservation_id, reported_note)
FROM bill_lines AS l
LEFT JOIN chunk_prices AS p
  ON p.provider IS NOT DISTINCT FROM l.provider
  AND p.model IS NOT DISTINCT FROM l.model
  AND p.request_model IS NOT DISTINCT FROM l.request_model
  AND p.tier IS NOT DISTINCT FROM l.tier
  AND p.grain = l.start_ns // 1800000000000
WHERE l.start_ns >= $from::BIGINT
  AND l.start_ns < $to::BIGINT
  AND ($pipeline::VARCHAR IS NULL OR l.pipeline = $pipeline::VARCHAR)
  AND ($kind::VARCHAR = 'all' OR l.kind = $kind::VARCHAR)
