-- Counts that no window reaches back to.
DELETE FROM sli_minutes WHERE minute_ns < $before::BIGINT
