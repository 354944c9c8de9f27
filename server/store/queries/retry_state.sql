-- What there is in [from, to) that a question about retries must look at besides settled rows; mostly nothing.
SELECT
  EXISTS (SELECT 1 FROM unsettled) AS stale,
  EXISTS (SELECT 1 FROM unsettled_operations) OR EXISTS (SELECT 1 FROM unsettled_tries) AS noted,
  EXISTS (
    SELECT 1 FROM attempts
    WHERE outer_attempt_key IS NOT NULL
      AND start_ns >= $from::BIGINT - 86400000000000 AND start_ns < $to::BIGINT + 86400000000000
  ) AS nested,
  -- When calls without a known cost begin, in whole quarters of an hour: calls that told no usage are among them.
  u.first_ns, u.end_ns
FROM (
  SELECT min(bucket_ns) AS first_ns, max(bucket_ns) + 900000000000 AS end_ns
  FROM cost_quarters
  WHERE unpriced <> 0 AND bucket_ns > $from::BIGINT - 900000000000 AND bucket_ns < $to::BIGINT
    AND origin IN (SELECT origin FROM cost_origins WHERE kind = 'model')
) AS u
