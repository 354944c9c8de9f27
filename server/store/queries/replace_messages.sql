-- What is not delivered yet and tells an older state of the same thing: it needs no delivery any more.
UPDATE outbox
SET state = 'superseded', settled_ns = $at::BIGINT
WHERE
  dedup_key = $dedupKey AND destination = $destination
  AND NOT EXISTS (SELECT 1 FROM outbox AS known WHERE known.message_id = $messageId::VARCHAR)
  AND state IN ('pending', 'disabled') AND list_contains($kinds::VARCHAR[], kind)
RETURNING replaces
