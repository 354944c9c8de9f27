SELECT run_id, step, count(*) AS attempts, count(*) FILTER (outcome <> 'succeeded') AS failed
FROM attempts
WHERE pipeline = $pipeline::VARCHAR
  AND run_id IN (SELECT unnest($runIds::VARCHAR[]))
  AND (batch IS NULL OR batch = $batch::VARCHAR)
GROUP BY run_id, step
