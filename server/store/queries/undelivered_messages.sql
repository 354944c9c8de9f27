-- Messages that wait since before a time, and those given up since another one; NULL for any destination.
SELECT count(*) AS messages
FROM outbox
WHERE ($destination::VARCHAR IS NULL OR destination = $destination::VARCHAR)
  AND (
    (state IN ('pending', 'disabled') AND created_ns <= $waitingSince::BIGINT)
    OR (state = 'dead' AND settled_ns >= $from::BIGINT)
  )
