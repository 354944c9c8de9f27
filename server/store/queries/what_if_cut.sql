-- When the operation begins that is one too many to replay; no row: all can be.
WITH begun AS MATERIALIZED (
  SELECT operation_key, min(start_ns) AS start_ns
  FROM (
    SELECT operation_key, start_ns FROM retried_attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND (number > 1 OR outcome <> 'succeeded')
    UNION ALL
    SELECT operation_key, start_ns FROM attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND end_ns - start_ns > $timeout::BIGINT
  )
  GROUP BY operation_key
)
SELECT start_ns
FROM begun
WHERE (SELECT count(*) FROM begun) > $max::BIGINT
ORDER BY start_ns
LIMIT 1 OFFSET $max::BIGINT
