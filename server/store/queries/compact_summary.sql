-- Merges the rows without a span's key; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE merged_summary AS
SELECT 0::UBIGINT AS trace_hi, 0::UBIGINT AS trace_lo, 0::UBIGINT AS span_id,
  min(start_ns) AS start_ns, max(end_ns) AS end_ns, max(received_ns) AS received_ns, bool_or(failed) AS failed,
  pipeline, run_id, batch, step, is_run, is_batch, is_step, bool_and(rooted) AS rooted,
  NULL::VARCHAR AS event, run_kind, outcome,
  CASE WHEN is_run OR is_batch THEN max(rows_in) ELSE arg_min(rows_in, rows_in_ns) FILTER (rows_in IS NOT NULL) END AS rows_in,
  min(rows_in_ns) FILTER (rows_in IS NOT NULL) AS rows_in_ns,
  CASE WHEN is_run OR is_batch THEN max(rows_out) ELSE arg_max(rows_out, rows_out_ns) FILTER (rows_out IS NOT NULL) END AS rows_out,
  max(rows_out_ns) FILTER (rows_out IS NOT NULL) AS rows_out_ns,
  CASE WHEN is_run OR is_batch THEN max(rows_failed) ELSE sum(rows_failed)::BIGINT END AS rows_failed,
  bool_or(sampled) AS sampled
FROM run_summary
WHERE span_id = 0
GROUP BY pipeline, run_id, batch, step, is_run, is_batch, is_step, run_kind, outcome;
DELETE FROM run_summary WHERE span_id = 0;
INSERT INTO run_summary SELECT * FROM merged_summary;
DROP TABLE merged_summary;
