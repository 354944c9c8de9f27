WITH wanted AS (
  SELECT unnest($his::UBIGINT[]) AS hi, unnest($los::UBIGINT[]) AS lo
)
SELECT t.trace_hi, t.trace_lo, t.span_id, t.parent_id, t.start_ns, t.duration_ns, t.received_ns, t.source_id, t.name, t.status, t.attrs, t.extra
FROM spans AS t
JOIN wanted AS w ON t.trace_lo = w.lo AND t.trace_hi = w.hi
WHERE t.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
