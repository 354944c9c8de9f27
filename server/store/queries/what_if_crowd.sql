-- By when, in whole stretches of `grain` nanoseconds, twice as many attempts that a policy may change have begun as can be
-- replayed; null: never. And how many there are.
WITH stretches AS (
  SELECT stretch, sum(attempts) AS attempts
  FROM (
    SELECT start_ns // $grain::BIGINT AS stretch, count(*) AS attempts
    FROM retried_attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND (number > 1 OR outcome <> 'succeeded')
    GROUP BY stretch
    UNION ALL
    SELECT start_ns // $grain::BIGINT, count(*)
    FROM attempts
    WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT AND end_ns - start_ns > $timeout::BIGINT
    GROUP BY ALL
  )
  GROUP BY stretch
)
SELECT coalesce(max(upto), 0)::BIGINT AS attempts,
  ((min(stretch) FILTER (upto > 2 * $max::BIGINT) + 1) * $grain::BIGINT)::BIGINT AS crowded_ns
FROM (SELECT stretch, sum(attempts) OVER (ORDER BY stretch) AS upto FROM stretches)
