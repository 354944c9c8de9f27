-- When the alert desk last changed anything.
SELECT max(at_ns) AS at_ns FROM (
  SELECT max(changed_ns) AS at_ns FROM alerts
  UNION ALL
  SELECT max(changed_ns) FROM incidents
)
