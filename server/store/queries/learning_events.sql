-- What was done in executions, each in the order in which it was written.
SELECT execution_id, at_ns, done_ns, kind, step, text, details
FROM execution_events
WHERE execution_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY execution_id, at_ns, rowid
LIMIT 200000
