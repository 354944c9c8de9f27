-- The first successful end that a pipeline ever had: before it there was nothing to be fresh.
SELECT min(end_ns) AS end_ns
FROM (
  SELECT max(end_ns) AS end_ns
  FROM activities
  WHERE is_run AND pipeline = $pipeline::VARCHAR
  GROUP BY run_id
  HAVING run_outcome(outcome, failed, end_ns) = 'succeeded'
)
