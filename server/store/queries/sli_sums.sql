-- Counts of indicators: minutes since `minutesFrom`, whole hours of all that is counted since `hoursFrom`.
SELECT indicator, true AS is_minute, minute_ns AS at_ns, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total,
  sum(bad_operations)::BIGINT AS bad_operations
FROM sli_minutes
WHERE minute_ns >= $minutesFrom::BIGINT AND indicator IN (SELECT unnest($indicators::VARCHAR[]))
GROUP BY indicator, minute_ns
UNION ALL
SELECT indicator, false, minute_ns - minute_ns % 3600000000000 AS at_ns, sum(good)::BIGINT, sum(total)::BIGINT,
  sum(bad_operations)::BIGINT
FROM sli_minutes
WHERE minute_ns >= $hoursFrom::BIGINT AND minute_ns < $minutesFrom::BIGINT
  AND indicator IN (SELECT unnest($indicators::VARCHAR[]))
GROUP BY indicator, at_ns
