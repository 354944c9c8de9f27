-- What a restatement changed and nothing has changed since, turned round.
INSERT INTO restating
SELECT l.rowid, r.old_cost, r.old_price_id, r.old_reason
FROM restated_lines AS r
JOIN bill_lines AS l
  ON l.span_id = r.span_id AND l.trace_lo = r.trace_lo AND l.trace_hi = r.trace_hi AND l.kind = r.kind
WHERE r.restatement = $restatement::INTEGER
  AND r.start_ns >= $from::BIGINT AND r.start_ns < $to::BIGINT
  AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
  AND l.cost_nano IS NOT DISTINCT FROM r.new_cost
  AND l.price_id IS NOT DISTINCT FROM r.new_price_id
