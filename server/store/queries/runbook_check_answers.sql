-- What the checks of each runbook last answered in the executions since a time: all, and those that were wrong, since they
-- failed although the alert had ended by then, or could not tell.
WITH asked AS (
  SELECT e.execution_id, x.runbook, a.resolved_ns, e.at_ns, e.details,
    row_number() OVER (PARTITION BY e.execution_id ORDER BY e.at_ns DESC, e.rowid DESC) AS newness
  FROM execution_events AS e
  JOIN executions AS x ON x.execution_id = e.execution_id
  LEFT JOIN alerts AS a ON a.alert_id = x.alert_id AND a.closed_by IS NULL
  WHERE x.started_ns >= $from::BIGINT AND e.kind IN ('verify', 'finished') AND e.details IS NOT NULL
),
answers AS (
  SELECT runbook, resolved_ns, at_ns,
    unnest(from_json(json_extract(details, '$.verify.answers'), '[{"state":"VARCHAR"}]')).state AS state
  FROM asked
  WHERE newness = 1
)
SELECT runbook, count(*) AS answered,
  count(*) FILTER (state = 'cannotTell' OR (state = 'fails' AND resolved_ns <= at_ns)) AS wrong
FROM answers
GROUP BY runbook
