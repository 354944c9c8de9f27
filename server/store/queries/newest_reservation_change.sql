-- The number of the last change; 0 for none.
SELECT coalesce(max(seq), 0)::BIGINT AS seq FROM holds.reservation_changes
