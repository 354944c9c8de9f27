-- How often each runbook was followed in earnest, and when last.
SELECT runbook, count(*) AS uses, max(started_ns) AS last_ns
FROM executions
WHERE NOT game_day
GROUP BY runbook
