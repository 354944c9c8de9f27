-- Reservations that have not ended, each with all that is known of it.
WITH open AS MATERIALIZED (
  SELECT * FROM reservations WHERE ended_ns IS NULL
)
SELECT r.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM open AS r
LEFT JOIN reservation_telemetry((SELECT coalesce(list(reservation_id), []::VARCHAR[]) FROM open)) AS t
  USING (reservation_id)
