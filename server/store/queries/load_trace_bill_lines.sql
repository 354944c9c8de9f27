WITH wanted AS (
  SELECT unnest($his::UBIGINT[]) AS hi, unnest($los::UBIGINT[]) AS lo
)
SELECT t.*
FROM bill_lines AS t
JOIN wanted AS w ON t.trace_lo = w.lo AND t.trace_hi = w.hi
WHERE t.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
