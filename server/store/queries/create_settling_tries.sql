-- All attempts of these operations, but of those that are one first attempt that succeeded.
CREATE OR REPLACE TEMP TABLE settling_tries AS
WITH found AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
    a.backoff_ms, a.pipeline, a.run_id, a.batch, a.step
  FROM attempts AS a
  SEMI JOIN settling_operations AS o ON o.operation_key = a.operation_key
  WHERE a.start_ns BETWEEN $first::BIGINT AND $last::BIGINT
),
retried AS (
  SELECT operation_key FROM found GROUP BY operation_key
  HAVING count(*) > 1 OR bool_or(number > 1 OR outcome <> 'succeeded')
  UNION
  SELECT f.operation_key FROM found AS f SEMI JOIN losing_attempts AS l ON l.attempt_key = f.attempt_key
)
SELECT f.* FROM found AS f SEMI JOIN retried AS r ON r.operation_key = f.operation_key
