-- Where else events of the touched minutes have a part: an operation counts at its last attempt, a run at its last end, so
-- that one row more, or less, changes other minutes too. Attempts of an operation are at most a week apart.
WITH minutes AS (SELECT unnest($minutes::BIGINT[]) AS minute_ns),
operations AS (
  SELECT operation_key FROM attempts
  WHERE end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
    AND end_ns - end_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
  UNION
  SELECT unnest($operations::UBIGINT[])
),
runs AS (
  SELECT pipeline, run_id FROM activities
  WHERE is_run AND end_ns >= $first::BIGINT AND end_ns < $last::BIGINT
    AND end_ns - end_ns % 60000000000 IN (SELECT minute_ns FROM minutes)
  UNION
  SELECT unnest($runPipelines::VARCHAR[]), unnest($runs::VARCHAR[])
)
SELECT DISTINCT pipeline, end_ns - end_ns % 60000000000 AS minute_ns
FROM attempts
WHERE end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
  AND operation_key IN (SELECT operation_key FROM operations)
UNION
SELECT DISTINCT a.pipeline, end_ns - end_ns % 60000000000
FROM activities AS a
SEMI JOIN runs AS r ON r.pipeline = a.pipeline AND r.run_id = a.run_id
WHERE is_run AND end_ns >= $first::BIGINT - 604800000000000 AND end_ns < $last::BIGINT + 604800000000000
