INSERT INTO outbox
SELECT
  $messageId, $dedupKey, $destination, $kind, $severity, $alertId::VARCHAR, $incidentId::VARCHAR, $summary, $body,
  $created::BIGINT, $expires::BIGINT, $replaces::INTEGER,
  -- Of a destination that is switched off it waits until that is on again.
  CASE
    WHEN (SELECT arg_max(enabled, at_ns) FROM destination_changes WHERE destination = $destination)
      = false THEN 'disabled' ELSE 'pending' END,
  0, NULL, $created::BIGINT, NULL, NULL, NULL
WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = $messageId)
