-- The first successful end that a pipeline ever had: before it there was nothing to be fresh.
SELECT min(end_ns) AS end_ns
FROM activities
WHERE is_run AND pipeline = $pipeline::VARCHAR AND coalesce(outcome, CASE WHEN failed THEN 'failed' ELSE 'succeeded' END) = 'succeeded'
