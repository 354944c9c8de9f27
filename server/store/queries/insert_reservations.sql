-- Reservations that are not there yet: after a crash changes come a second time.
INSERT INTO reservations
SELECT n.*
FROM (
  SELECT unnest($ids) AS reservation_id, unnest($firstSeqs) AS first_seq, unnest($seqs) AS seq, unnest($states) AS state,
    unnest($ended) AS ended_ns, unnest($firstFacts) AS first_facts, unnest($lastFacts) AS last_facts
) AS n
ANTI JOIN reservations AS r ON r.reservation_id = n.reservation_id
