-- All definitions of a budget, newest first.
SELECT version, definition, from_ns, actor, reason FROM budget_versions
WHERE budget_id = $id::VARCHAR
ORDER BY version DESC
