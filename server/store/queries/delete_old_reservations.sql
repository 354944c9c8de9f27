-- Reservations that ended long ago. The newest change stays: seqs go on from it.
DELETE FROM reservations WHERE ended_ns < $before::BIGINT AND seq < (SELECT max(seq) FROM reservations)
