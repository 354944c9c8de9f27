-- Rows that executions of steps told of since a time, and how many of them failed, as sli_activities counts rows; NULL for
-- any batch.
SELECT sum(coalesce(rows_failed, 0))::BIGINT AS bad,
  sum(
    greatest(coalesce(rows_in, coalesce(rows_out, 0) + coalesce(rows_failed, 0)), coalesce(rows_failed, 0))
  )::BIGINT AS total,
  max(end_ns) AS last_ns
FROM activities
WHERE is_step AND end_ns >= $from::BIGINT AND pipeline = $pipeline::VARCHAR
  AND ($batch::VARCHAR IS NULL OR batch = $batch::VARCHAR)
  AND coalesce(rows_in, rows_out, rows_failed) IS NOT NULL
