-- What the server did itself in the minutes. `buckets` hold `bucket:count`; a bucket stands for its middle, 1.05^(b + ½).
WITH counted AS (
  SELECT minute_ns, event, outcome, events, buckets
  FROM server_minutes
  WHERE minute_ns >= $first::BIGINT AND minute_ns < $last::BIGINT
    AND minute_ns IN (SELECT unnest($minutes::BIGINT[]))
    AND len($by::VARCHAR[]) >= 0
),
parts AS (
  SELECT minute_ns, event, outcome, string_split(unnest(string_split(buckets, ' ')), ':') AS part
  FROM counted
  WHERE $value::VARCHAR = 'latency' AND buckets <> ''
),
events AS (
  SELECT minute_ns, event, outcome, pow(1.05, part[1]::BIGINT + 0.5)::BIGINT AS value, part[2]::BIGINT AS events FROM parts
  UNION ALL
  SELECT minute_ns, event, outcome, NULL, events FROM counted WHERE $value::VARCHAR <> 'latency' OR buckets = ''
)
SELECT 'server' AS kind, CASE WHEN $byMinute::BOOLEAN THEN minute_ns ELSE $first::BIGINT END AS minute_ns, '' AS pipeline, event AS name, outcome,
  CASE WHEN value IS NULL THEN NULL ELSE len(list_filter($limits::BIGINT[], l -> l <= value)) END AS rank,
  sum(events)::BIGINT AS events,
  sum(events)::BIGINT AS operations
FROM events
GROUP BY ALL
