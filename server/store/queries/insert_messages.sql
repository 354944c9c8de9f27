-- Messages that wait for their delivery, each once; `rows` is a JSON list.
INSERT INTO outbox
  (message_id, dedup_key, destination, kind, alert_id, incident_id, body, created_ns, next_ns, state, attempts)
SELECT
  r.messageId, r.dedupKey, r.destination, r.kind, r.alertId, r.incidentId, r.body, r.createdNs, r.nextNs, 'pending', 0
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "messageId":"VARCHAR", "dedupKey":"VARCHAR", "destination":"VARCHAR", "kind":"VARCHAR", "alertId":"VARCHAR",
    "incidentId":"VARCHAR", "body":"VARCHAR", "createdNs":"BIGINT", "nextNs":"BIGINT"
  }]')) AS r
)
WHERE r.messageId NOT IN (SELECT message_id FROM outbox)
