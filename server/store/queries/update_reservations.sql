-- Newest changes of reservations that are there.
UPDATE reservations AS r
SET seq = n.seq, state = n.state, ended_ns = n.ended_ns, last_facts = n.last_facts
FROM (
  SELECT unnest($ids) AS reservation_id, unnest($seqs) AS seq, unnest($states) AS state, unnest($ended) AS ended_ns,
    unnest($lastFacts) AS last_facts
) AS n
WHERE r.reservation_id = n.reservation_id AND r.seq < n.seq
