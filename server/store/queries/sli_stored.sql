-- Minutes of an indicator in a range, as they are known now.
SELECT minute_ns, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total, sum(bad_operations)::BIGINT AS bad_operations
FROM sli_minutes
WHERE indicator = $indicator::VARCHAR AND minute_ns >= $from::BIGINT AND minute_ns < $to::BIGINT
GROUP BY minute_ns
