-- Executions of a runbook, the newest first: what they were for, and when that fired, was acknowledged and was over. A person
-- who closed an alert has not resolved it.
WITH mine AS (
  SELECT * FROM executions WHERE runbook = $runbook::VARCHAR ORDER BY started_ns DESC, execution_id LIMIT $limit::BIGINT
),
causes AS (
  SELECT m.execution_id, i.incident_id, coalesce(a.fired_ns, i.opened_ns) AS fired_ns,
    CASE
      WHEN a.alert_id IS NULL THEN i.closed_ns
      WHEN a.closed_by IS NULL THEN a.resolved_ns
    END AS resolved_ns,
    json_extract_string(a.subject, '$.slo') AS slo,
    coalesce(json_extract_string(a.subject, '$.pipeline'), i.pipeline) AS pipeline
  FROM mine AS m
  LEFT JOIN alerts AS a ON a.alert_id = m.alert_id
  LEFT JOIN incidents AS i ON i.incident_id = coalesce(m.incident_id, a.incident_id)
),
acknowledged AS (
  SELECT c.execution_id, min(e.at_ns) AS acknowledged_ns
  FROM causes AS c
  JOIN incident_entries AS e ON e.incident_id = c.incident_id
  WHERE e.kind = 'acknowledged' AND e.at_ns >= c.fired_ns
  GROUP BY c.execution_id
)
SELECT m.execution_id, m.revision, m.steps, m.game_day, m.started_ns, coalesce(m.incident_id, m.alert_id) AS cause,
  c.fired_ns, k.acknowledged_ns, c.resolved_ns,
  coalesce(json_extract_string(m.place, '$.slo'), c.slo) AS slo,
  coalesce(json_extract_string(m.place, '$.pipeline'), c.pipeline) AS pipeline
FROM mine AS m
JOIN causes AS c ON c.execution_id = m.execution_id
LEFT JOIN acknowledged AS k ON k.execution_id = m.execution_id
ORDER BY m.started_ns DESC, m.execution_id
