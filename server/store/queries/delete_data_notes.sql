-- The time range lets the scan skip whole row groups.
DELETE FROM data_notes AS t
USING doomed AS d
WHERE t.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
  AND t.span_id = d.span_id
  AND t.trace_lo = d.trace_lo
  AND t.trace_hi = d.trace_hi
