-- The outcomes of tries, a JSON list. What was delivered is so, even if something newer came meanwhile; a failure changes
-- only what still waits.
UPDATE outbox
SET
  state = r.state,
  attempts = r.attempts,
  tried_ns = coalesce(r.triedNs, tried_ns),
  next_ns = r.nextNs,
  settled_ns = CASE WHEN r.state IN ('delivered', 'dead') THEN $at::BIGINT END,
  last_status = CASE WHEN r.triedNs IS NULL THEN last_status ELSE r.status END,
  last_error = CASE WHEN r.triedNs IS NULL THEN last_error ELSE r.error END
FROM (
  SELECT unnest(from_json($results::JSON, '[{
    "messageId":"VARCHAR", "state":"VARCHAR", "attempts":"INTEGER", "triedNs":"BIGINT", "nextNs":"BIGINT",
    "status":"INTEGER", "error":"VARCHAR"
  }]'), recursive := true)
) AS r
WHERE outbox.message_id = r.messageId AND (outbox.state = 'pending' OR r.state = 'delivered')
