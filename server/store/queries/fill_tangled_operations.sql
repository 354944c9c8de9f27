-- Run in the transaction of the question.
INSERT INTO tangled_operations
WITH inner_ones AS MATERIALIZED (
  SELECT operation_key, outer_attempt_key
  FROM attempts
  WHERE outer_attempt_key IS NOT NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
)
SELECT operation_key FROM inner_ones
UNION
SELECT a.operation_key
FROM attempts AS a
SEMI JOIN inner_ones AS i ON i.outer_attempt_key = a.attempt_key
WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
