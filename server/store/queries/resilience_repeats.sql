-- Model calls of retried operations since a time, by pipeline: those whose answer another attempt of the same operation had
-- already brought and that were left out for it, and operations that succeeded twice and were paid each time.
WITH tries AS (
  SELECT DISTINCT operation_key, attempt_key, outcome FROM retried_attempts WHERE start_ns >= $from::BIGINT
),
lines AS (
  SELECT l.pipeline, t.operation_key, t.attempt_key, t.outcome, l.response_key, l.excluded, l.cost_nano
  FROM bill_lines AS l
  JOIN tries AS t ON t.attempt_key = l.attempt_key
  WHERE l.kind = 'model' AND l.start_ns >= $from::BIGINT
),
again AS (
  SELECT a.pipeline, count(*) AS again
  FROM lines AS a
  WHERE a.excluded = $duplicate::VARCHAR AND EXISTS (
    SELECT 1 FROM lines AS b
    WHERE b.operation_key = a.operation_key AND b.attempt_key <> a.attempt_key AND b.response_key = a.response_key
      AND b.excluded IS NULL
  )
  GROUP BY a.pipeline
),
twice AS (
  SELECT pipeline, count(*) AS twice
  FROM (
    SELECT pipeline, operation_key
    FROM lines
    WHERE excluded IS NULL AND outcome = 'succeeded' AND cost_nano > 0
    GROUP BY ALL
    HAVING count(DISTINCT attempt_key) > 1
  )
  GROUP BY pipeline
)
SELECT coalesce(a.pipeline, t.pipeline) AS pipeline, coalesce(a.again, 0) AS again, coalesce(t.twice, 0) AS twice
FROM again AS a
FULL JOIN twice AS t ON t.pipeline = a.pipeline
ORDER BY 1
LIMIT 1000
