-- The time range lets the scan skip whole row groups.
DELETE FROM bill_lines AS l
USING doomed AS d
WHERE l.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
  AND l.span_id = d.span_id
  AND l.trace_lo = d.trace_lo
  AND l.trace_hi = d.trace_hi
  AND l.kind = d.kind
