UPDATE budget_alerts
SET resolved_ns = $at::BIGINT, reason = $reason::VARCHAR
WHERE alert_id = $alertId::VARCHAR AND resolved_ns IS NULL

