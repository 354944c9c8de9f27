-- Batches that began since a time, by pipeline: how many; of how many the newest run told how many rows failed; in how many
-- a run had rows that failed, and after how many of these a later run of the batch had none; what the newest runs left.
WITH runs AS (
  SELECT pipeline, batch, run_id, min(start_ns) AS start_ns,
    coalesce(max(rows_failed) FILTER (is_run OR is_batch), sum(rows_failed) FILTER (is_step))::BIGINT AS failed
  FROM run_summary
  WHERE start_ns >= $from::BIGINT AND batch IS NOT NULL
  GROUP BY pipeline, batch, run_id
),
batches AS (
  SELECT pipeline, batch, last(failed ORDER BY start_ns, run_id) AS newest, max(failed) AS most
  FROM runs
  GROUP BY pipeline, batch
)
SELECT pipeline, count(*) AS batches, count(newest) AS told, count(*) FILTER (most > 0) AS failing,
  count(*) FILTER (most > 0 AND newest = 0) AS taken_up, coalesce(sum(newest), 0)::BIGINT AS left_rows
FROM batches
GROUP BY pipeline
ORDER BY pipeline
LIMIT 1000
