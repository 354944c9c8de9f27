-- A reservation with all that is known of it; no row: there is none.
SELECT r.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM reservations AS r
LEFT JOIN reservation_telemetry([$id::VARCHAR]) AS t USING (reservation_id)
WHERE r.reservation_id = $id::VARCHAR
