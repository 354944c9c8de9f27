-- Reservations that have not ended, each with all that is known of it. One pass over the lines, however many are open.
WITH open AS MATERIALIZED (
  SELECT * FROM reservations WHERE ended_ns IS NULL
),
told AS (
  SELECT l.reservation_id, sum(l.cost_nano)::BIGINT AS telemetry_nano
  FROM bill_lines AS l
  SEMI JOIN open AS o ON o.reservation_id = l.reservation_id
  WHERE l.excluded IS NULL
  GROUP BY l.reservation_id
)
SELECT o.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM open AS o
LEFT JOIN told AS t USING (reservation_id)
