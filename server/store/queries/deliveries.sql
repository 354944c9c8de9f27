-- Messages, the newest first; '' for any.
SELECT
  message_id, destination, kind, alert_id, incident_id, state, attempts, created_ns, next_ns, settled_ns, last_status,
  last_error, summary
FROM outbox
WHERE
  ($state::VARCHAR = '' OR state = $state::VARCHAR)
  AND ($destination::VARCHAR = '' OR destination = $destination::VARCHAR)
  AND ($messageId::VARCHAR = '' OR message_id = $messageId::VARCHAR)
ORDER BY created_ns DESC, message_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
