-- Pipelines whose two newest batches that ended each failed many times the rows of the eight before them; NULL for any
-- pipeline.
WITH listed AS (
  SELECT pipeline, batch_id, start_ns, coalesce(end_ns, start_ns) AS end_ns, rows_failed,
    row_number() OVER (PARTITION BY pipeline ORDER BY start_ns DESC, batch_id DESC) AS newness
  FROM batch_facts
  WHERE NOT shared AND rows_failed IS NOT NULL AND start_ns >= $from::BIGINT
    AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
    AND run_list NOT LIKE '%"ended":false%'
),
compared AS (
  SELECT pipeline,
    max(batch_id) FILTER (newness = 1) AS batch_id,
    max(rows_failed) FILTER (newness = 1) AS newest,
    max(rows_failed) FILTER (newness = 2) AS previous,
    max(start_ns) FILTER (newness = 2) AS since_ns,
    max(end_ns) FILTER (newness = 1) AS ended_ns,
    median(rows_failed) FILTER (newness BETWEEN 3 AND 10) AS usual,
    count(*) FILTER (newness BETWEEN 3 AND 10) AS batches
  FROM listed
  WHERE newness <= 10
  GROUP BY pipeline
)
SELECT *
FROM compared
WHERE batches >= $batchesMin::BIGINT
  AND ($ratioMax::DOUBLE IS NULL OR least(newest, previous) > $ratioMax::DOUBLE * greatest(usual, 1))
ORDER BY pipeline
LIMIT 1000
