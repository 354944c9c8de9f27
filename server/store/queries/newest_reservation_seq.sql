-- The newest change of a reservation that was brought over from the journal; 0: there is none.
SELECT coalesce(max(seq), 0)::BIGINT AS seq FROM reservations
