-- The first successful end that a pipeline ever had: before it there was nothing to be fresh.
SELECT min(end_ns) AS end_ns
FROM (
  SELECT max(end_ns) AS end_ns
  FROM activities
  WHERE is_run AND pipeline = $pipeline::VARCHAR
  GROUP BY run_id
  HAVING coalesce(
    arg_max(outcome, end_ns) FILTER (outcome IS NOT NULL),
    CASE WHEN bool_or(failed) THEN 'failed' ELSE 'succeeded' END
  ) = 'succeeded'
)
