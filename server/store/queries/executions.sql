-- Executions of runbooks, the newest first; `plan`: what was noted when it began.
SELECT e.*, s.details AS plan, count(*) OVER () AS matching
FROM executions AS e
JOIN execution_events AS s ON s.execution_id = e.execution_id AND s.kind = 'started'
WHERE ($id::VARCHAR IS NULL OR e.execution_id = $id::VARCHAR)
  AND ($runbook::VARCHAR IS NULL OR e.runbook = $runbook::VARCHAR)
  AND ($incident::VARCHAR IS NULL OR e.incident_id = $incident::VARCHAR)
  AND ($state::VARCHAR IS NULL OR ($state::VARCHAR = 'finished') = EXISTS (
    SELECT 1 FROM execution_events AS f WHERE f.execution_id = e.execution_id AND f.kind = 'finished'
  ))
ORDER BY e.started_ns DESC, e.execution_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
