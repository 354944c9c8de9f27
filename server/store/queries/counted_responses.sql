-- The counted lines of responses, with the batch that they belong to.
SELECT l.response_key, l.pipeline, coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id,
  l.trace_hi, l.trace_lo, l.span_id, l.start_ns, coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0) AS tokens,
  l.cost_nano
FROM bill_lines AS l
LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
WHERE l.response_key IN (SELECT unnest($keys::UBIGINT[]))
  AND l.excluded IS NULL AND NOT l.aggregate
  AND l.start_ns >= $first::BIGINT AND l.start_ns <= $last::BIGINT
ORDER BY l.start_ns
