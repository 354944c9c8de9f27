SELECT min(first_ns) AS first_ns, max(last_ns) AS last_ns
FROM traces
WHERE trace_hi = $hi::UBIGINT AND trace_lo = $lo::UBIGINT
