-- Closed periods of budgets that begin since a time.
SELECT budget_id, period_start_ns, period_end_ns, version, spent_nano, unpriced, closed_ns
FROM budget_closings
WHERE period_start_ns >= $since::BIGINT
ORDER BY budget_id, period_start_ns
