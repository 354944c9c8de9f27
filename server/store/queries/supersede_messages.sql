-- Messages that wait and that a newer one makes pointless.
UPDATE outbox SET state = 'superseded', settled_ns = $at::BIGINT
WHERE state = 'pending' AND dedup_key = $dedupKey::VARCHAR AND kind IN (SELECT unnest($kinds::VARCHAR[]))
