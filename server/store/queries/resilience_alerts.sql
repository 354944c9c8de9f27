-- Runbooks of the alerts that fired since a time, by pipeline; one a line.
SELECT json_extract_string(subject, '$.pipeline') AS pipeline, string_agg(DISTINCT runbook, chr(10) ORDER BY runbook) AS runbooks
FROM alerts
WHERE fired_ns >= $from::BIGINT AND json_extract_string(subject, '$.pipeline') IS NOT NULL
GROUP BY 1
ORDER BY 1
LIMIT 1000
