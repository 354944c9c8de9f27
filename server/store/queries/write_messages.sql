-- Messages that wait for their delivery, each once; `messages`: a JSON list.
INSERT INTO outbox
SELECT
  n.messageId, n.dedupKey, n.destination, n.kind, n.severity, n.alertId, n.incidentId, n.summary, n.body, n.createdNs,
  n.expiresNs, n.replaces,
  -- Of a destination that is switched off it waits until that is on again.
  CASE WHEN s.enabled = false THEN 'disabled' ELSE 'pending' END,
  0, NULL, n.createdNs, NULL, NULL, NULL
FROM (
  SELECT unnest(from_json($messages::JSON, '[{
    "messageId":"VARCHAR", "dedupKey":"VARCHAR", "destination":"VARCHAR", "kind":"VARCHAR", "severity":"VARCHAR",
    "alertId":"VARCHAR", "incidentId":"VARCHAR", "summary":"VARCHAR", "body":"VARCHAR", "createdNs":"BIGINT",
    "expiresNs":"BIGINT", "replaces":"INTEGER"
  }]'), recursive := true)
) AS n
LEFT JOIN (
  SELECT destination, arg_max(enabled, at_ns) AS enabled FROM destination_changes GROUP BY destination
) AS s ON s.destination = n.destination
WHERE n.messageId NOT IN (SELECT message_id FROM outbox)
