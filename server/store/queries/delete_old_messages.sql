-- Messages that nobody waits for any more: settled, or held for a destination that has been off for as long.
DELETE FROM outbox WHERE state <> 'pending' AND coalesce(settled_ns, created_ns) < $before::BIGINT
