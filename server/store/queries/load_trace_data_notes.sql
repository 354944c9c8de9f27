WITH wanted AS (
  SELECT unnest($his::UBIGINT[]) AS hi, unnest($los::UBIGINT[]) AS lo
)
SELECT t.trace_hi, t.trace_lo, t.span_id, t.pipeline, t.run_id, t.batch, t.step
FROM data_notes AS t
JOIN wanted AS w ON t.trace_lo = w.lo AND t.trace_hi = w.hi
WHERE t.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
