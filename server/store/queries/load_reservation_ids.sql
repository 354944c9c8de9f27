-- Ids of all reservations that there ever were.
SELECT reservation_id FROM holds.reservation_changes WHERE created_ns IS NOT NULL
