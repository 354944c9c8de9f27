-- [from, to) by the same wall clock a week or a month earlier, and how far that clock is behind, in microseconds.
WITH bounds AS (
  SELECT
    epoch_ns(timezone($tz::VARCHAR, wall_time($from::BIGINT, $tz::VARCHAR) - step)) + $from::BIGINT % 1000 AS from_ns,
    epoch_ns(timezone($tz::VARCHAR, wall_time($to::BIGINT, $tz::VARCHAR) - step)) + $to::BIGINT % 1000 AS to_ns
  FROM (SELECT CASE $mode::VARCHAR WHEN 'month' THEN INTERVAL 1 MONTH ELSE INTERVAL 7 DAY END AS step)
)
SELECT greatest(from_ns, 0) AS from_ns, greatest(to_ns, 0) AS to_ns,
  date_diff('microsecond', wall_time(from_ns, $tz::VARCHAR), wall_time($from::BIGINT, $tz::VARCHAR))::BIGINT AS shift_us
FROM bounds
