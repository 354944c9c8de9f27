INSERT INTO run_summary
SELECT 0, 0, 0, min(start_ns), max(end_ns), max(received_ns), bool_or(failed), pipeline, run_id, batch, step,
  false, false, true, bool_and(rooted), NULL, NULL, NULL,
  arg_min(rows_in, start_ns) FILTER (rows_in IS NOT NULL), min(start_ns) FILTER (rows_in IS NOT NULL),
  arg_max(rows_out, end_ns) FILTER (rows_out IS NOT NULL), max(end_ns) FILTER (rows_out IS NOT NULL),
  sum(rows_failed)::BIGINT, bool_or(sampled)
FROM activities
WHERE start_ns >= $first::BIGINT AND is_step AND NOT is_run AND NOT is_batch AND event IS NULL
  AND (pipeline, run_id) IN (SELECT unnest($pipelines::VARCHAR[]), unnest($runIds::VARCHAR[]))
GROUP BY pipeline, run_id, batch, step
