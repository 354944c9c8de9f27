-- Pipelines whose operations needed many attempts since a time, by the attempts that ended since then; with what those
-- that failed cost. NULL for any pipeline.
WITH tries AS (
  SELECT * FROM attempts WHERE end_ns >= $from::BIGINT AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
),
storms AS (
  SELECT pipeline, count(*) AS attempts, count(DISTINCT operation_key) AS operations, min(start_ns) AS first_ns,
    max(end_ns) AS last_ns
  FROM tries
  GROUP BY pipeline
  HAVING count(DISTINCT operation_key) >= $operationsMin::BIGINT
    AND count(*) > $ratioMax::DOUBLE * count(DISTINCT operation_key)
),
lost AS (
  SELECT t.pipeline, sum(l.cost_nano) AS lost
  FROM tries AS t
  JOIN bill_lines AS l ON l.attempt_key = t.attempt_key AND l.start_ns >= $from::BIGINT - 3600000000000
  WHERE t.outcome <> 'succeeded' AND l.excluded IS NULL AND t.pipeline IN (SELECT pipeline FROM storms)
  GROUP BY t.pipeline
)
SELECT s.*, coalesce(l.lost, 0)::BIGINT AS lost
FROM storms AS s
LEFT JOIN lost AS l USING (pipeline)
ORDER BY s.pipeline
LIMIT 1000
