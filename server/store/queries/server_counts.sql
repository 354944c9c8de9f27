-- What the server counted of itself since a minute. `buckets`: as in span_minutes, of latencies.
SELECT minute_ns, outcome, events, buckets
FROM server_minutes
WHERE event = $event::VARCHAR AND minute_ns >= $from::BIGINT
LIMIT 500000
