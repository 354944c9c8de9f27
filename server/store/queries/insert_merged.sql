-- The merged rows of some runs, anew from their activities.
INSERT INTO run_summary
SELECT 0, 0, 0, min(start_ns), max(end_ns), max(received_ns), bool_or(failed), pipeline, run_id, batch, step,
  is_run, is_batch, is_step, bool_and(rooted), NULL, run_kind, outcome,
  CASE WHEN is_run OR is_batch THEN max(rows_in) ELSE arg_min(rows_in, start_ns) FILTER (rows_in IS NOT NULL) END,
  min(start_ns) FILTER (rows_in IS NOT NULL),
  CASE WHEN is_run OR is_batch THEN max(rows_out) ELSE arg_max(rows_out, end_ns) FILTER (rows_out IS NOT NULL) END,
  max(end_ns) FILTER (rows_out IS NOT NULL),
  CASE WHEN is_run OR is_batch THEN max(rows_failed) ELSE sum(rows_failed)::BIGINT END,
  bool_or(sampled)
FROM activities
WHERE start_ns >= $first::BIGINT
  AND event IS NULL AND (is_run OR is_batch OR is_step)
  AND (pipeline, run_id) IN (SELECT unnest($pipelines::VARCHAR[]), unnest($runIds::VARCHAR[]))
GROUP BY pipeline, run_id, batch, step, is_run, is_batch, is_step, run_kind, outcome
