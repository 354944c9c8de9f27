-- Spans that collectors said they dropped, by what arrived since a time, where they are more than so many; NULL for any
-- pipeline. Each report counts what no earlier one did.
SELECT pipeline, coalesce(sum(dropped_spans), 0)::BIGINT AS dropped,
  min(received_ns) FILTER (dropped_spans > 0) AS first_ns, max(received_ns) AS last_ns
FROM activities
WHERE received_ns >= $from::BIGINT AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
GROUP BY pipeline
HAVING coalesce(sum(dropped_spans), 0) > $droppedMax::BIGINT
ORDER BY pipeline
LIMIT 1000
