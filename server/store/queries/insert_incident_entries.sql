-- Lines of incidents' timelines; `rows` is a JSON list.
INSERT INTO incident_entries
  (incident_id, entry_id, at_ns, kind, actor, text, details)
SELECT
  r.incidentId, r.entryId, r.atNs, r.kind, r.actor, r.text, r.details
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "incidentId":"VARCHAR", "entryId":"VARCHAR", "atNs":"BIGINT", "kind":"VARCHAR", "actor":"VARCHAR",
    "text":"VARCHAR", "details":"VARCHAR"
  }]')) AS r
)
