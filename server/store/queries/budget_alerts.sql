-- Alerts of budgets that fire, and those raised since a time or belonging to a period since then.
SELECT * FROM budget_alerts
WHERE resolved_ns IS NULL OR period_start_ns >= $since::BIGINT OR raised_ns >= $since::BIGINT
ORDER BY raised_ns DESC, alert_id
LIMIT 10000
