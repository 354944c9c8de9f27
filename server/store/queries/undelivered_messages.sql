-- Messages to these destinations that wait since before a time, and those given up since another one.
SELECT count(*) AS messages
FROM outbox
WHERE list_contains($destinations::VARCHAR[], destination)
  AND (
    (state IN ('pending', 'disabled') AND created_ns <= $waitingSince::BIGINT)
    OR (state = 'dead' AND settled_ns >= $from::BIGINT)
  )
