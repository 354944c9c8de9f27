-- Ids of all reservations.
SELECT reservation_id FROM reservations
