-- Stretches between minutes in which the server ran.
WITH up AS (
  SELECT DISTINCT minute_ns
  FROM server_minutes
  WHERE event = 'up' AND minute_ns >= $from::BIGINT AND minute_ns < $to::BIGINT
),
pairs AS (SELECT minute_ns, lead(minute_ns) OVER (ORDER BY minute_ns) AS next_ns FROM up)
SELECT minute_ns + 60000000000 AS start_ns, next_ns AS end_ns
FROM pairs
WHERE next_ns > minute_ns + 60000000000
ORDER BY minute_ns
