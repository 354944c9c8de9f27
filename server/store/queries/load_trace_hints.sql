WITH wanted AS (
  SELECT unnest($his::UBIGINT[]) AS hi, unnest($los::UBIGINT[]) AS lo
)
SELECT t.trace_hi, t.trace_lo, min(t.first_ns) AS first_ns, max(t.last_ns) AS last_ns
FROM traces AS t
JOIN wanted AS w ON t.trace_lo = w.lo AND t.trace_hi = w.hi
GROUP BY ALL
