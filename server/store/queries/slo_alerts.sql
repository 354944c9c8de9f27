-- Alerts of SLOs that stand.
SELECT alert_id, name, json_extract_string(subject, '$.slo') AS slo, severity, state, summary, runbook, started_ns,
  subject, coalesce(json_extract(details, '$.figures')::VARCHAR, '{}') AS figures
FROM alerts
WHERE state <> 'resolved' AND json_extract_string(subject, '$.slo') IS NOT NULL
ORDER BY severity, started_ns DESC
LIMIT 5000
