-- Before it there is no event.
SELECT min(at_ns) AS at_ns
FROM (
  SELECT min(start_ns) AS at_ns FROM attempts
  UNION ALL
  SELECT min(start_ns) FROM activities
  UNION ALL
  SELECT min(start_ns) FROM bill_lines
  UNION ALL
  SELECT min(start_ns) FROM data_notes
  UNION ALL
  SELECT min(minute_ns) FROM server_minutes
)
