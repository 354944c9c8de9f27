INSERT INTO restated_lines
SELECT $restatement::INTEGER, kind, trace_hi, trace_lo, span_id, start_ns, old_cost, old_price_id, old_reason, new_cost,
  new_price_id, new_reason
FROM restated
