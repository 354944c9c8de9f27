-- What executions were for: when that fired, was first acknowledged and was over, and what it was about. A person who closed an
-- alert has not resolved it.
WITH causes AS (
  SELECT x.execution_id, x.place, coalesce(i.incident_id, a.alert_id) AS cause, i.incident_id,
    coalesce(a.fired_ns, i.opened_ns) AS fired_ns,
    CASE
      WHEN a.alert_id IS NULL THEN i.closed_ns
      WHEN a.closed_by IS NULL THEN a.resolved_ns
    END AS resolved_ns,
    json_extract_string(a.subject, '$.slo') AS slo,
    coalesce(json_extract_string(a.subject, '$.pipeline'), i.pipeline) AS pipeline
  FROM executions AS x
  LEFT JOIN alerts AS a ON a.alert_id = x.alert_id
  LEFT JOIN incidents AS i ON i.incident_id = coalesce(x.incident_id, a.incident_id)
  WHERE x.execution_id IN (SELECT unnest($ids::VARCHAR[]))
),
acknowledged AS (
  SELECT c.execution_id, min(e.at_ns) AS acknowledged_ns
  FROM causes AS c
  JOIN incident_entries AS e ON e.incident_id = c.incident_id
  WHERE e.kind = 'acknowledged' AND e.at_ns >= c.fired_ns
  GROUP BY c.execution_id
)
SELECT c.execution_id, c.cause, c.fired_ns, k.acknowledged_ns, c.resolved_ns,
  coalesce(json_extract_string(c.place, '$.slo'), c.slo) AS slo,
  coalesce(json_extract_string(c.place, '$.pipeline'), c.pipeline) AS pipeline
FROM causes AS c
LEFT JOIN acknowledged AS k ON k.execution_id = c.execution_id
