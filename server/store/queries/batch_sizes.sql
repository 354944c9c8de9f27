-- Batches that began in [from, to) by how many rows they had: class i begins at the i-th of `bounds` (ascending) and ends
-- at the next. Of each class the batches that stand at 10, 50 and 90 percent by cost per row. The first row counts all.
WITH listed AS MATERIALIZED (
  SELECT pipeline, batch_id, start_ns, total, unpriced, coalesce(rows_in, rows_out, 0) AS told_rows,
    list_contains(json_extract(run_list, '$[*].ended')::VARCHAR[], 'false') AS unfinished
  FROM batch_facts
  WHERE NOT shared AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
),
bounds AS (
  SELECT unnest($bounds::BIGINT[]) AS rows_from
),
ranked AS (
  SELECT b.rows_from, l.*,
    row_number() OVER (
      PARTITION BY b.rows_from ORDER BY total * 1000000 // told_rows, start_ns, pipeline, batch_id
    ) AS rank,
    count(*) OVER (PARTITION BY b.rows_from) AS batches,
    count(*) FILTER (unpriced > 0) OVER (PARTITION BY b.rows_from) AS unpriced_batches,
    (sum(told_rows) OVER (PARTITION BY b.rows_from))::BIGINT AS all_rows
  FROM (SELECT * FROM listed WHERE told_rows > 0 AND NOT unfinished) AS l
  ASOF JOIN bounds AS b ON l.told_rows >= b.rows_from
)
SELECT 0 AS rows_from, NULL AS percent, NULL AS pipeline, NULL AS batch_id, NULL AS total, NULL AS told_rows,
  count(*) AS batches,
  count(*) FILTER (told_rows <= 0 AND NOT unfinished) AS without_rows,
  count(*) FILTER (unfinished) AS unfinished,
  NULL AS unpriced_batches, NULL AS all_rows
FROM listed
UNION ALL
SELECT r.rows_from, p.percent, r.pipeline, r.batch_id, r.total, r.told_rows, r.batches, NULL, NULL, r.unpriced_batches,
  r.all_rows
FROM ranked AS r
JOIN (SELECT unnest([10, 50, 90]) AS percent) AS p ON r.rank = (p.percent * r.batches + 99) // 100
ORDER BY rows_from, percent
