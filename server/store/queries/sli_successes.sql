-- Ends of a pipeline's successful runs.
SELECT max(end_ns) AS end_ns
FROM activities
WHERE is_run AND pipeline = $pipeline::VARCHAR AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
GROUP BY run_id
HAVING coalesce(
  arg_max(outcome, end_ns) FILTER (outcome IS NOT NULL),
  CASE WHEN bool_or(failed) THEN 'failed' ELSE 'succeeded' END
) = 'succeeded'
