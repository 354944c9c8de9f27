-- Alerts that stand, that may come back, or whose condition a person's word still holds down.
SELECT * FROM alerts
WHERE state <> 'resolved' OR suppressed IS NOT NULL OR resolved_ns >= $since::BIGINT
ORDER BY changed_ns DESC, alert_id
LIMIT 20000
