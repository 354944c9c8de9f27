-- Batches that ended, or still run, since a time and cost far more per row than the eight before them.
WITH listed AS MATERIALIZED (
  SELECT pipeline, batch_id, shared, start_ns, coalesce(end_ns, start_ns) AS since_ns, total,
    total / nullif(coalesce(rows_in, rows_out), 0)::DOUBLE AS nano_per_row,
    row_number() OVER (PARTITION BY pipeline, shared ORDER BY start_ns, batch_id) AS place
  FROM batch_facts
),
candidates AS (
  SELECT * FROM listed
  WHERE since_ns >= $from::BIGINT AND NOT shared AND total >= $costMin::HUGEINT AND nano_per_row IS NOT NULL
)
SELECT c.pipeline, c.batch_id, c.since_ns, c.total::VARCHAR AS total, c.nano_per_row / median(l.nano_per_row) AS ratio
FROM candidates AS c
JOIN listed AS l ON l.pipeline = c.pipeline AND NOT l.shared AND l.place >= c.place - 8 AND l.place < c.place
GROUP BY c.pipeline, c.batch_id, c.since_ns, c.start_ns, c.total, c.nano_per_row
HAVING count(*) >= $batchesMin::BIGINT AND median(l.nano_per_row) > 0
  AND c.nano_per_row / median(l.nano_per_row) > $ratioMax::DOUBLE
ORDER BY c.start_ns DESC, c.pipeline, c.batch_id
LIMIT 200
