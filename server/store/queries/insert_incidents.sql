-- Incidents as they are now; `rows` is a JSON list.
INSERT INTO incidents
  (incident_id, title, severity, pipeline, group_key, state, opened_ns, changed_ns, fired_ns, waiting_ns,
   acknowledged_ns, acknowledged_by, acknowledgement_ends_ns, escalated_ns, closed_ns, closed_by, reason, entries)
SELECT
  r.incidentId, r.title, r.severity, r.pipeline, r.groupKey, r.state, r.openedNs, r.changedNs, r.firedNs,
  r.waitingNs, r.acknowledgedNs, r.acknowledgedBy, r.acknowledgementEndsNs, r.escalatedNs, r.closedNs,
  r.closedBy, r.reason, r.entries
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "incidentId":"VARCHAR", "title":"VARCHAR", "severity":"VARCHAR", "pipeline":"VARCHAR", "groupKey":"VARCHAR",
    "state":"VARCHAR", "openedNs":"BIGINT", "changedNs":"BIGINT", "firedNs":"BIGINT", "waitingNs":"BIGINT",
    "acknowledgedNs":"BIGINT", "acknowledgedBy":"VARCHAR", "acknowledgementEndsNs":"BIGINT",
    "escalatedNs":"BIGINT", "closedNs":"BIGINT", "closedBy":"VARCHAR", "reason":"VARCHAR", "entries":"INTEGER"
  }]')) AS r
)
