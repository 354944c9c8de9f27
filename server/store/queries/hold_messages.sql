-- What waits for a destination that is switched off.
UPDATE outbox SET state = 'disabled' WHERE destination = $destination AND state = 'pending'
