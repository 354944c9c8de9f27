-- When the steps of runs had ended.
SELECT run_id, step, max(end_ns) AS end_ns
FROM run_summary
WHERE pipeline = $pipeline::VARCHAR
  AND run_id IN (SELECT unnest($runIds::VARCHAR[]))
  AND is_step AND step IS NOT NULL AND event IS NULL
GROUP BY run_id, step
