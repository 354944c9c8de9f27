-- Batches, and how each compares with the eight before it in its pipeline.
WITH listed AS MATERIALIZED (
  SELECT *,
    -- A ratio for comparison, never part of a sum; a lower bound while something is unpriced.
    total / nullif(coalesce(rows_in, rows_out), 0)::DOUBLE AS nano_per_row,
    row_number() OVER (PARTITION BY pipeline, shared ORDER BY start_ns, batch_id) AS place
  FROM batch_facts
  WHERE $pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR
),
sorted AS (
  SELECT *,
    CASE $sort::VARCHAR
      WHEN 'cost' THEN total::DOUBLE
      WHEN 'usdPer1kRows' THEN coalesce(nano_per_row, -1)
      WHEN 'duration' THEN (coalesce(end_ns, start_ns) - start_ns)::DOUBLE
      ELSE start_ns::DOUBLE
    END AS sort_value
  FROM listed
  WHERE ($from::BIGINT IS NULL OR start_ns >= $from::BIGINT)
    AND ($to::BIGINT IS NULL OR start_ns < $to::BIGINT)
    AND ($batch::VARCHAR IS NULL OR batch_id = $batch::VARCHAR)
),
-- A page begins after the last batch of the page before, and not at a number: others arrive while somebody reads on.
page AS (
  SELECT *, count(*) OVER () AS matching
  FROM sorted
  WHERE $after_value::DOUBLE IS NULL
    OR (NOT $descending::BOOLEAN AND sort_value > $after_value::DOUBLE)
    OR ($descending::BOOLEAN AND sort_value < $after_value::DOUBLE)
    OR (sort_value = $after_value::DOUBLE
      AND (pipeline > $after_pipeline::VARCHAR
        OR (pipeline = $after_pipeline::VARCHAR
          AND (batch_id > $after_batch::VARCHAR
            OR (batch_id = $after_batch::VARCHAR AND shared AND NOT $after_shared::BOOLEAN)))))
  ORDER BY
    CASE WHEN $descending::BOOLEAN THEN sort_value END DESC,
    CASE WHEN NOT $descending::BOOLEAN THEN sort_value END ASC,
    pipeline, batch_id, shared
  LIMIT $limit::BIGINT
),
before AS (
  SELECT p.pipeline, p.batch_id, p.shared,
    median(l.nano_per_row) AS median_nano_per_row,
    median(l.total) AS median_total,
    median(l.end_ns - l.start_ns) AS median_duration_ns,
    count(*) AS batches_before
  FROM page AS p
  JOIN listed AS l
    ON l.pipeline = p.pipeline AND l.shared = p.shared AND l.place >= p.place - 8 AND l.place < p.place
  GROUP BY p.pipeline, p.batch_id, p.shared
)
SELECT p.* EXCLUDE (run_ids, has_lines, place),
  b.median_nano_per_row, b.median_total, b.median_duration_ns, coalesce(b.batches_before, 0) AS batches_before
FROM page AS p
LEFT JOIN before AS b ON b.pipeline = p.pipeline AND b.batch_id = p.batch_id AND b.shared = p.shared
ORDER BY
  CASE WHEN $descending::BOOLEAN THEN p.sort_value END DESC,
  CASE WHEN NOT $descending::BOOLEAN THEN p.sort_value END ASC,
  p.pipeline, p.batch_id, p.shared
