UPDATE outbox
SET
  state = 'pending', attempts = 0, tried_ns = NULL, next_ns = $at::BIGINT, expires_ns = $expires::BIGINT,
  settled_ns = NULL
WHERE message_id = $messageId
