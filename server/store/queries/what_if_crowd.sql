-- By when, in whole minutes, twice as many attempts that a policy may change have begun as can be replayed; null: never.
-- And how many there are.
WITH minutes AS (
  SELECT minute, sum(attempts) AS attempts
  FROM (
    SELECT start_ns // 60000000000 AS minute, count(*) AS attempts
    FROM retried_attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND (number > 1 OR outcome <> 'succeeded')
    GROUP BY minute
    UNION ALL
    SELECT start_ns // 60000000000, count(*)
    FROM attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND end_ns - start_ns > $timeout::BIGINT
    GROUP BY ALL
  )
  GROUP BY minute
)
SELECT coalesce(max(upto), 0)::BIGINT AS attempts,
  ((min(minute) FILTER (upto > 2 * $max::BIGINT) + 1) * 60000000000)::BIGINT AS crowded_ns
FROM (SELECT minute, sum(attempts) OVER (ORDER BY minute) AS upto FROM minutes)
