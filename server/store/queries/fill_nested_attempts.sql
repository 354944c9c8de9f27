-- Run in the transaction of the question, after `tangled_operations`: those that another policy may change, and all that are
-- around and inside them.
INSERT INTO nested_attempts
-- None but tangled ones: the joins are with these and not with what comes of the recursion, whose size nobody can tell
-- beforehand.
WITH RECURSIVE around AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
    a.backoff_ms, a.pipeline, a.run_id, a.batch, a.step
  FROM attempts AS a
  SEMI JOIN tangled_operations AS t ON t.operation_key = a.operation_key
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
),
nesting AS (
  SELECT i.operation_key AS one, o.operation_key AS other
  FROM around AS i
  JOIN around AS o ON o.attempt_key = i.outer_attempt_key
),
beside AS MATERIALIZED (
  SELECT one, other FROM nesting
  UNION
  SELECT other, one FROM nesting
),
retried AS MATERIALIZED (
  SELECT r.operation_key, min(r.start_ns) AS start_ns,
    bool_or(
      (r.number > 1 OR r.outcome <> 'succeeded' OR r.end_ns - r.start_ns > $timeout::BIGINT)
        AND cost_matches(r.pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
        AND cost_matches(r.run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
        AND cost_matches(r.step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    ) AS is_affected
  FROM current_tries($noted::BOOLEAN) AS r
  SEMI JOIN tangled_operations AS t ON t.operation_key = r.operation_key
  WHERE r.start_ns >= $from::BIGINT AND r.start_ns < $to::BIGINT + 86400000000000
  GROUP BY r.operation_key
),
seeds AS MATERIALIZED (
  SELECT operation_key FROM retried WHERE is_affected AND start_ns < $to::BIGINT
  UNION ALL
  -- Operations of one attempt that succeeded, too late.
  SELECT operation_key
  FROM around
  WHERE $timeout::BIGINT < 4611686018427387904 AND start_ns < $to::BIGINT AND end_ns - start_ns > $timeout::BIGINT
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    AND operation_key NOT IN (SELECT operation_key FROM retried)
),
picked AS (
  SELECT operation_key FROM seeds
  UNION
  SELECT b.other FROM picked AS p JOIN beside AS b ON b.one = p.operation_key
),
nested AS MATERIALIZED (
  SELECT a.* FROM around AS a SEMI JOIN picked AS p ON p.operation_key = a.operation_key
),
money AS (
  SELECT attempt_key, sum(cost_nano) AS cost, bool_or(cost_nano IS NULL) AS unpriced
  FROM (
    SELECT l.attempt_key, l.cost_nano
    FROM current_try_lines($noted::BOOLEAN) AS l
    SEMI JOIN nested AS n ON n.attempt_key = l.attempt_key
    WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
    UNION ALL
    SELECT l.attempt_key, l.cost_nano
    FROM bill_lines AS l
    SEMI JOIN (SELECT attempt_key FROM nested WHERE operation_key NOT IN (SELECT operation_key FROM retried)) AS n
      ON n.attempt_key = l.attempt_key
    WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
  )
  GROUP BY attempt_key
)
SELECT n.*, CASE WHEN m.unpriced THEN NULL ELSE coalesce(m.cost, 0) END
FROM nested AS n
LEFT JOIN money AS m ON m.attempt_key = n.attempt_key
