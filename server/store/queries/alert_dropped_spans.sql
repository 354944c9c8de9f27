-- Spans that collectors said they dropped, by what arrived since a time. Each report counts what no earlier one did.
SELECT pipeline, sum(dropped_spans)::BIGINT AS dropped, min(received_ns) AS first_ns
FROM activities
WHERE received_ns >= $from::BIGINT AND dropped_spans > 0
GROUP BY pipeline
ORDER BY pipeline
LIMIT 1000
