-- Reservations that have not ended, each with all that is known of it.
WITH open AS (
  SELECT coalesce(list(reservation_id), []::VARCHAR[]) AS ids
  FROM (
    SELECT reservation_id FROM holds.reservation_changes WHERE NOT ended
    EXCEPT
    SELECT reservation_id FROM holds.reservation_changes WHERE ended
  )
)
SELECT r.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM holds.reservations_of((SELECT ids FROM open)) AS r
LEFT JOIN reservation_telemetry((SELECT ids FROM open)) AS t USING (reservation_id)
