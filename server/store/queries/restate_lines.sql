UPDATE bill_lines AS l
SET cost_nano = r.new_cost, price_id = r.new_price_id, unpriced_reason = r.new_reason
FROM restating AS r
WHERE l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
  AND l.rowid = r.row_id
