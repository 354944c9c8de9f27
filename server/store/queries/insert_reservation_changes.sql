-- Changes of reservations, all that wait at once: a statement is a transaction.
INSERT INTO holds.reservation_changes
SELECT unnest($seqs), unnest($ids), unnest($states), unnest($ended), unnest($facts)
