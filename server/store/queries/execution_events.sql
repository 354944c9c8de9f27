-- What happened in these executions, in the order in which the server heard of it.
SELECT * FROM execution_events
WHERE execution_id IN (SELECT unnest($ids::VARCHAR[]))
ORDER BY at_ns, rowid
