-- What became of alerts; `rows` is a JSON list.
INSERT INTO alert_changes
  (alert_id, at_ns, state, severity, summary, details, actor, reason)
SELECT
  r.alertId, r.atNs, r.state, r.severity, r.summary, r.details, r.actor, r.reason
FROM (
  SELECT unnest(from_json($rows::JSON, '[{
    "alertId":"VARCHAR", "atNs":"BIGINT", "state":"VARCHAR", "severity":"VARCHAR", "summary":"VARCHAR",
    "details":"VARCHAR", "actor":"VARCHAR", "reason":"VARCHAR"
  }]')) AS r
)
