-- What happened in an execution, each once; `rows` is a JSON list.
INSERT INTO execution_events
SELECT
  r.executionId, r.eventId, r.atNs, r.doneNs, r.actor, r.kind, r.step, r.text, r.details
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "executionId":"VARCHAR", "eventId":"VARCHAR", "atNs":"BIGINT", "doneNs":"BIGINT", "actor":"VARCHAR", "kind":"VARCHAR",
    "step":"INTEGER", "text":"VARCHAR", "details":"VARCHAR"
  }]')) AS r
)
WHERE r.eventId NOT IN (SELECT event_id FROM execution_events)
