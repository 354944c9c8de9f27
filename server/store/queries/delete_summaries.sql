-- Rows that stand alone; merged ones have no span's key.
DELETE FROM run_summary AS t
USING doomed AS d
WHERE t.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
  AND t.span_id = d.span_id
  AND t.trace_lo = d.trace_lo
  AND t.trace_hi = d.trace_hi
  AND t.span_id <> 0
