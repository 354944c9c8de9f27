-- Of each revision the newest executions, game days too, and the steps that were done in any of them.
WITH newest AS (
  SELECT runbook, revision, execution_id
  FROM executions
  QUALIFY row_number() OVER (PARTITION BY runbook, revision ORDER BY started_ns DESC, execution_id) <= $uses::BIGINT
),
done AS (
  SELECT n.runbook, n.revision, e.step
  FROM newest AS n
  JOIN execution_events AS e ON e.execution_id = n.execution_id
  WHERE e.kind = 'tick'
  GROUP BY ALL
)
SELECT n.runbook, n.revision, count(DISTINCT n.execution_id) AS uses,
  coalesce((
    SELECT string_agg(d.step, ' ' ORDER BY d.step)
    FROM done AS d WHERE d.runbook = n.runbook AND d.revision = n.revision
  ), '') AS steps
FROM newest AS n
GROUP BY n.runbook, n.revision
