-- The periods of the calendar that [from, to) touches, in order; one more than `max` where there are too many.
WITH steps AS (
  SELECT unnest(range(period_start('hour', $from::BIGINT, $tz::VARCHAR), $to::BIGINT, 900000000000)) AS ns
  WHERE $unit::VARCHAR = 'hour'
  UNION ALL
  SELECT epoch_ns(timezone($tz::VARCHAR, unnest(generate_series(
    date_trunc($unit::VARCHAR, wall_time($from::BIGINT, $tz::VARCHAR)),
    wall_time($to::BIGINT, $tz::VARCHAR),
    CASE $unit::VARCHAR WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'week' THEN INTERVAL 7 DAY ELSE INTERVAL 1 DAY END
  ))))
  WHERE $unit::VARCHAR <> 'hour'
),
starts AS (
  SELECT DISTINCT period_start($unit::VARCHAR, ns, $tz::VARCHAR) AS start_ns FROM steps WHERE ns < $to::BIGINT
)
SELECT start_ns, lead(start_ns) OVER (ORDER BY start_ns) AS end_ns
FROM starts
ORDER BY start_ns
LIMIT $max::BIGINT + 1
