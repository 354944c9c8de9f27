-- When the first of some runs began: it bounds the scan of their activities.
SELECT min(start_ns) AS start_ns
FROM run_summary
WHERE (pipeline, run_id) IN (SELECT unnest($pipelines::VARCHAR[]), unnest($runIds::VARCHAR[]))
