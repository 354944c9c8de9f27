-- What there is in [from, to) that a question about retries must look at besides settled rows; mostly nothing.
SELECT
  EXISTS (SELECT 1 FROM unsettled) AS stale,
  EXISTS (SELECT 1 FROM unsettled_operations) OR EXISTS (SELECT 1 FROM unsettled_tries) AS noted,
  EXISTS (
    SELECT 1 FROM attempts
    WHERE outer_attempt_key IS NOT NULL
      AND start_ns >= $from::BIGINT - 86400000000000 AND start_ns < $to::BIGINT + 86400000000000
  ) AS nested
