-- Batches of pipelines that run by a schedule, with their runs; only those of which something arrived since a time.
SELECT pipeline, batch_id, coalesce(rows_out, rows_in) AS batch_rows, total::VARCHAR AS total, unpriced, has_lines,
  run_list
FROM batch_facts
WHERE pipeline IN (SELECT unnest($pipelines::VARCHAR[]))
  AND NOT shared
  AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
  AND received_ns >= $since::BIGINT
ORDER BY start_ns DESC
LIMIT 50000
