-- Ids of all reservations that there ever were, some more than once.
SELECT reservation_id FROM holds.reservation_changes
