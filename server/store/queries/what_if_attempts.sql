-- Attempts of the operations that another policy may change, whole: those with more than one attempt, without success, or
-- longer than the time-out; and of those around and inside them.
WITH RECURSIVE mine AS NOT MATERIALIZED (
  -- What began in the range, with attempts up to a day later.
  SELECT * FROM attempts WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
affected AS (
  SELECT DISTINCT operation_key
  FROM mine
  WHERE (number > 1 OR outcome <> 'succeeded' OR end_ns - start_ns > $timeout::BIGINT)
    AND cost_selected(
      $patterns::VARCHAR[], [''], ['', ''],
      pipeline, run_id, NULL, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    )
),
begun AS (
  SELECT m.operation_key
  FROM mine AS m
  SEMI JOIN affected AS a ON a.operation_key = m.operation_key
  GROUP BY m.operation_key
  HAVING min(m.start_ns) < $to::BIGINT
),
nesting AS MATERIALIZED (
  SELECT i.operation_key AS one, o.operation_key AS other
  FROM mine AS i
  JOIN mine AS o ON o.attempt_key = i.outer_attempt_key
  WHERE i.outer_attempt_key IS NOT NULL
),
beside AS MATERIALIZED (
  SELECT one, other FROM nesting
  UNION
  SELECT other, one FROM nesting
),
picked AS (
  SELECT operation_key FROM begun
  UNION
  SELECT b.other FROM picked AS p JOIN beside AS b ON b.one = p.operation_key
),
chosen AS MATERIALIZED (
  SELECT m.* FROM mine AS m SEMI JOIN picked AS p ON p.operation_key = m.operation_key
),
money AS (
  SELECT l.attempt_key, sum(l.cost_nano) AS cost, bool_or(l.cost_nano IS NULL) AS unpriced
  FROM bill_lines AS l
  SEMI JOIN chosen AS c ON c.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
  GROUP BY l.attempt_key
)
SELECT c.operation_key, c.attempt_key, c.outer_attempt_key, c.number, c.start_ns, c.end_ns, c.outcome, c.error_class,
  c.backoff_ms, CASE WHEN m.unpriced THEN NULL ELSE coalesce(m.cost, 0) END AS cost
FROM chosen AS c
LEFT JOIN money AS m ON m.attempt_key = c.attempt_key
ORDER BY c.start_ns
