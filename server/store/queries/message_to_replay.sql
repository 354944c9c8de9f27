-- A message, and how many newer ones of the same thing its destination was sent or will be sent.
SELECT
  m.state, m.destination,
  (
    SELECT count(*) FROM outbox AS n
    WHERE
      n.dedup_key = m.dedup_key AND n.destination = m.destination AND n.created_ns > m.created_ns
      AND n.state IN ('pending', 'delivered', 'disabled')
  ) AS newer
FROM outbox AS m
WHERE m.message_id = $messageId
