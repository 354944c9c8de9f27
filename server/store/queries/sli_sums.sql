-- Counts of indicators: minutes since `minutesFrom`, whole hours of all that is counted since `hoursFrom`. Millions of counts
-- travel as one text an hour or indicator, `minute:good:total:bad_operations`, blank-separated, minutes since 1970.
WITH minutes AS (
  SELECT indicator, minute_ns // 60000000000 AS minute, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total,
    sum(bad_operations)::BIGINT AS bad
  FROM sli_minutes
  WHERE minute_ns >= $minutesFrom::BIGINT AND indicator IN (SELECT unnest($indicators::VARCHAR[]))
  GROUP BY ALL
),
hours AS (
  SELECT indicator, minute_ns // 3600000000000 * 60 AS minute, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total,
    sum(bad_operations)::BIGINT AS bad
  FROM sli_minutes
  WHERE minute_ns >= $hoursFrom::BIGINT AND minute_ns < $minutesFrom::BIGINT
    AND indicator IN (SELECT unnest($indicators::VARCHAR[]))
  GROUP BY ALL
)
SELECT indicator, string_agg(concat_ws(':', minute, good, total, bad), ' ') AS counts
FROM minutes
GROUP BY indicator, minute // 60
UNION ALL
SELECT indicator, string_agg(concat_ws(':', minute, good, total, bad), ' ')
FROM hours
GROUP BY indicator
