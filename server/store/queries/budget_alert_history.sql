-- The newest alerts of a budget.
SELECT * FROM budget_alerts
WHERE budget_id = $id::VARCHAR
ORDER BY raised_ns DESC, alert_id
LIMIT $limit::BIGINT
