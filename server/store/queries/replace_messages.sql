-- What is not delivered yet and tells an older state of the same thing than one of the messages: it needs no delivery any
-- more. `messages`: a JSON list, at most one of a thing and a destination.
UPDATE outbox
SET state = 'superseded', settled_ns = n.createdNs
FROM (
  SELECT unnest(from_json($messages::JSON, '[{
    "messageId":"VARCHAR", "dedupKey":"VARCHAR", "destination":"VARCHAR", "createdNs":"BIGINT",
    "replacedKinds":["VARCHAR"]
  }]'), recursive := true)
) AS n
WHERE
  outbox.dedup_key = n.dedupKey AND outbox.destination = n.destination AND outbox.state IN ('pending', 'disabled')
  AND list_contains(n.replacedKinds, outbox.kind)
  AND n.messageId NOT IN (SELECT message_id FROM outbox)
RETURNING outbox.dedup_key, outbox.destination, outbox.replaces
