-- Attempts that began since a time, by pipeline: the hour with the most attempts an operation, of hours with many operations;
-- in how many hours much failed, and the most attempts an operation in these; how later attempts waited. An operation is
-- counted where its first attempt began.
WITH hours AS (
  SELECT pipeline, start_ns // 3600000000000 AS hour, count(*) AS attempts, count(*) FILTER (number = 1) AS operations,
    count(*) FILTER (number = 1 AND outcome <> 'succeeded') AS failed,
    count(*) FILTER (number > 1) AS retries,
    count(*) FILTER (number > 1 AND backoff_ms IS NOT NULL) AS told,
    count(*) FILTER (number > 1 AND backoff_ms > 0) AS waited
  FROM attempts
  WHERE start_ns >= $from::BIGINT
  GROUP BY ALL
),
waits AS (
  SELECT pipeline, count(DISTINCT backoff_ms) AS waits
  FROM attempts
  WHERE start_ns >= $from::BIGINT AND number > 1 AND backoff_ms > 0
  GROUP BY pipeline
)
SELECT h.pipeline, sum(h.attempts)::BIGINT AS attempts, sum(h.operations)::BIGINT AS operations,
  max(h.attempts / h.operations) FILTER (h.operations >= $operationsMin::BIGINT) AS worst,
  arg_max(h.hour, h.attempts / h.operations) FILTER (h.operations >= $operationsMin::BIGINT) * 3600000000000 AS worst_ns,
  count(*) FILTER (h.operations >= $operationsMin::BIGINT AND h.failed >= $failedMin::DOUBLE * h.operations) AS bad_hours,
  max(h.attempts / h.operations)
    FILTER (h.operations >= $operationsMin::BIGINT AND h.failed >= $failedMin::DOUBLE * h.operations) AS worst_bad,
  sum(h.retries)::BIGINT AS retries, sum(h.told)::BIGINT AS told, sum(h.waited)::BIGINT AS waited,
  coalesce(any_value(w.waits), 0) AS waits
FROM hours AS h
LEFT JOIN waits AS w ON w.pipeline = h.pipeline
GROUP BY h.pipeline
ORDER BY h.pipeline
LIMIT 1000
