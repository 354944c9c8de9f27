-- Alerts as they are now; `rows` is a JSON list.
INSERT INTO alerts
  (alert_id, name, source, subject, severity, state, summary, details, owner, runbook, incident_id, started_ns,
   fired_ns, changed_ns, updated_ns, frozen_ns, asked_ns, resolved_ns, reason, closed_by, suppressed, told,
   told_ns)
SELECT
  r.alertId, r.name, r.source, r.subject, r.severity, r.state, r.summary, r.details, r.owner, r.runbook,
  r.incidentId, r.startedNs, r.firedNs, r.changedNs, r.updatedNs, r.frozenNs, r.askedNs, r.resolvedNs, r.reason,
  r.closedBy, r.suppressed, r.told, r.toldNs
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "alertId":"VARCHAR", "name":"VARCHAR", "source":"VARCHAR", "subject":"VARCHAR", "severity":"VARCHAR",
    "state":"VARCHAR", "summary":"VARCHAR", "details":"VARCHAR", "owner":"VARCHAR", "runbook":"VARCHAR",
    "incidentId":"VARCHAR", "startedNs":"BIGINT", "firedNs":"BIGINT", "changedNs":"BIGINT", "updatedNs":"BIGINT",
    "frozenNs":"BIGINT", "askedNs":"BIGINT", "resolvedNs":"BIGINT", "reason":"VARCHAR", "closedBy":"VARCHAR",
    "suppressed":"VARCHAR", "told":"VARCHAR", "toldNs":"BIGINT"
  }]')) AS r
)
