-- When the newest telemetry of a pipeline was received; NULL: none ever was.
SELECT max(received_ns) AS received_ns
FROM (
  SELECT max(received_ns) AS received_ns FROM run_summary WHERE pipeline = $pipeline::VARCHAR
  UNION ALL
  SELECT max(received_ns) FROM bill_lines WHERE pipeline = $pipeline::VARCHAR
)
