-- What is stored of single minutes, for those that memory only has by the hour.
SELECT indicator, minute_ns, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total,
  sum(bad_operations)::BIGINT AS bad_operations
FROM sli_minutes
WHERE minute_ns BETWEEN $first::BIGINT AND $last::BIGINT
  AND minute_ns IN (SELECT unnest($minutes::BIGINT[]))
  AND indicator IN (SELECT unnest($indicators::VARCHAR[]))
GROUP BY indicator, minute_ns
