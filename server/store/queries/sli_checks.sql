-- Quality checks of the minutes, at their end; each is one, however many rows it looked at. See sli_attempts for `by`. They
-- have no value: `rank` is NULL whatever is asked.
WITH minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
events AS (
  SELECT *, end_ns - end_ns % 60000000000 AS minute_ns
  FROM data_notes
  WHERE outcome IS NOT NULL AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
)
SELECT 'qualityChecks' AS kind, CASE WHEN $byMinute::BOOLEAN THEN minute_ns ELSE $first::BIGINT END AS minute_ns, pipeline, outcome,
  CASE WHEN list_contains($by::VARCHAR[], 'run') THEN run_id END AS run,
  CASE WHEN list_contains($by::VARCHAR[], 'batch') THEN batch END AS batch,
  CASE WHEN list_contains($by::VARCHAR[], 'step') THEN step END AS step,
  CASE WHEN list_contains($by::VARCHAR[], 'name') THEN check_name END AS name,
  CASE WHEN $value::VARCHAR IS NULL THEN len($limits::BIGINT[]) END AS rank,
  count(*) AS events,
  count(*) AS operations
FROM events
WHERE minute_ns IN (SELECT minute_ns FROM minutes)
GROUP BY ALL
