-- What waited for a destination that is on again: from the start, with all its time.
UPDATE outbox
SET state = 'pending', attempts = 0, tried_ns = NULL, next_ns = $at::BIGINT, expires_ns = $expires::BIGINT
WHERE destination = $destination AND state = 'disabled'
