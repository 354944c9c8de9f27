SELECT s.span_id, s.parent_id, s.start_ns, s.duration_ns, s.name, s.kind, s.status, s.time_from, s.attrs, s.events,
  s.links, s.extra, r.service, r.resource, l.cost,
  count(*) OVER () AS matching
FROM spans AS s
JOIN sources AS r USING (source_id)
LEFT JOIN (
  SELECT span_id, sum(cost_nano) AS cost
  FROM bill_lines
  WHERE trace_hi = $hi::UBIGINT AND trace_lo = $lo::UBIGINT AND excluded IS NULL
    AND start_ns BETWEEN $first::BIGINT AND $last::BIGINT
  GROUP BY span_id
) AS l USING (span_id)
WHERE s.trace_hi = $hi::UBIGINT AND s.trace_lo = $lo::UBIGINT
  AND s.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
ORDER BY s.start_ns, s.span_id
LIMIT 2000
