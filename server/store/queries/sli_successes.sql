-- Ends of a pipeline's successful runs.
SELECT max(end_ns) AS end_ns
FROM activities
WHERE is_run AND pipeline = $pipeline::VARCHAR AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
GROUP BY run_id
HAVING run_outcome(outcome, failed, end_ns) = 'succeeded'
