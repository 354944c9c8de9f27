-- What stands, beside what is to stand.
CREATE OR REPLACE TEMP TABLE restated AS
SELECT l.kind, l.trace_hi, l.trace_lo, l.span_id, l.start_ns, l.cost_nano AS old_cost, l.price_id AS old_price_id,
  l.unpriced_reason AS old_reason, r.new_cost, r.new_price_id, r.new_reason, l.pipeline, l.run_id, l.batch, l.step, l.team,
  l.provider, l.model, l.tags, l.environment, l.attempt, l.attempt_key, l.excluded,
  l.reservation_id
FROM bill_lines AS l
JOIN restating AS r ON r.row_id = l.rowid
WHERE l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
