-- The outcome of a try. What was delivered is so, even if something newer came meanwhile; a failure changes only what
-- still waits.
UPDATE outbox
SET
  state = $state, attempts = $attempts::INTEGER, tried_ns = coalesce($tried::BIGINT, tried_ns), next_ns = $next::BIGINT,
  settled_ns = $settled::BIGINT, 
  last_status = CASE WHEN $tried::BIGINT IS NULL THEN last_status ELSE $status::INTEGER END,
  last_error = CASE WHEN $tried::BIGINT IS NULL THEN last_error ELSE $error::VARCHAR END
WHERE message_id = $messageId AND (state = 'pending' OR $state = 'delivered')
