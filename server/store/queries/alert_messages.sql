-- Messages about an alert, the newest first.
SELECT message_id, destination, kind, state, created_ns
FROM outbox
WHERE alert_id = $id::VARCHAR
ORDER BY created_ns DESC, message_id
LIMIT 100
