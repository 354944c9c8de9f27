-- Minutes in which the server ran.
SELECT DISTINCT minute_ns
FROM server_minutes
WHERE event = 'up' AND minute_ns >= $since::BIGINT
