-- Alerts of these incidents, pages first.
SELECT * FROM alerts
WHERE incident_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY severity, started_ns, alert_id
LIMIT 2000
