-- Operations that another policy may change, whole: those with more than one attempt, without success, or longer than the
-- time-out; and those around and inside them. Those that stand alone are grouped by shape, one row for each of a shape's
-- attempts in their order (`part` 'shape'); of those that are nested, or around nested ones, every attempt ('nested').
WITH RECURSIVE retried AS MATERIALIZED (
  -- What began in the range, with attempts up to a day later.
  SELECT operation_key, attempt_key, outer_attempt_key, number, start_ns, end_ns, outcome = 'succeeded' AS won, outcome,
    error_class, backoff_ms,
    (number > 1 OR outcome <> 'succeeded' OR end_ns - start_ns > $timeout::BIGINT) AND cost_selected(
      $patterns::VARCHAR[], [''], ['', ''],
      pipeline, run_id, NULL, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    ) AS is_affected
  FROM retried_attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
long AS MATERIALIZED (
  SELECT operation_key, attempt_key, outer_attempt_key, number, start_ns, end_ns, outcome = 'succeeded' AS won, outcome,
    error_class, backoff_ms,
    cost_selected(
      $patterns::VARCHAR[], [''], ['', ''],
      pipeline, run_id, NULL, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    ) AS is_affected
  FROM attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
    AND end_ns - start_ns > $timeout::BIGINT
    AND operation_key NOT IN (SELECT operation_key FROM retried)
),
mine AS (
  SELECT * FROM retried
  UNION ALL
  SELECT * FROM long
),
begun AS (
  SELECT operation_key
  FROM mine
  GROUP BY operation_key
  HAVING bool_or(is_affected) AND min(start_ns) < $to::BIGINT
),
inner_ones AS MATERIALIZED (
  SELECT operation_key, outer_attempt_key
  FROM attempts
  WHERE outer_attempt_key IS NOT NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
outer_ones AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key
  FROM attempts AS a
  SEMI JOIN inner_ones AS i ON i.outer_attempt_key = a.attempt_key
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
),
nesting AS MATERIALIZED (
  SELECT i.operation_key AS one, o.operation_key AS other
  FROM inner_ones AS i
  JOIN outer_ones AS o ON o.attempt_key = i.outer_attempt_key
),
beside AS MATERIALIZED (
  SELECT one, other FROM nesting
  UNION
  SELECT other, one FROM nesting
),
-- Nested operations and those around them, whole. None: no scan, while the join is with these and not with what comes
-- of the recursion, whose size nobody can tell beforehand.
around AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome = 'succeeded' AS won,
    a.outcome, a.error_class, a.backoff_ms
  FROM attempts AS a
  SEMI JOIN (SELECT DISTINCT one FROM beside) AS b ON b.one = a.operation_key
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
),
picked AS (
  SELECT operation_key FROM begun
  UNION
  SELECT b.other FROM picked AS p JOIN beside AS b ON b.one = p.operation_key
),
-- Reached by nesting alone.
farther AS MATERIALIZED (
  SELECT operation_key FROM picked EXCEPT SELECT operation_key FROM mine
),
chosen AS MATERIALIZED (
  SELECT m.*, true AS near FROM retried AS m SEMI JOIN picked AS p ON p.operation_key = m.operation_key
  UNION ALL
  SELECT m.*, false FROM long AS m SEMI JOIN picked AS p ON p.operation_key = m.operation_key
  UNION ALL
  SELECT a.*, false, false FROM around AS a SEMI JOIN farther AS f ON f.operation_key = a.operation_key
),
lines AS (
  SELECT l.attempt_key, l.cost_nano
  FROM retried_lines AS l
  SEMI JOIN (SELECT attempt_key FROM chosen WHERE near) AS c ON c.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
  UNION ALL
  SELECT l.attempt_key, l.cost_nano
  FROM bill_lines AS l
  SEMI JOIN (SELECT attempt_key FROM chosen WHERE NOT near) AS c ON c.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
),
money AS MATERIALIZED (
  SELECT attempt_key, sum(cost_nano) AS cost, bool_or(cost_nano IS NULL) AS unpriced FROM lines GROUP BY attempt_key
),
nested AS MATERIALIZED (
  SELECT operation_key FROM chosen WHERE outer_attempt_key IS NOT NULL
  UNION
  SELECT other FROM nesting
),
-- Parallel spans of one name and number are one attempt: it won if any of them did.
tries AS MATERIALIZED (
  SELECT c.operation_key, c.attempt_key, any_value(c.number) AS number, min(c.start_ns) AS start_ns, max(c.end_ns) AS end_ns,
    bool_or(c.won) AS won,
    arg_min(c.error_class, c.start_ns) AS error_class,
    arg_min(c.backoff_ms, c.start_ns) AS backoff_ms
  FROM chosen AS c
  ANTI JOIN nested AS n ON n.operation_key = c.operation_key
  GROUP BY c.operation_key, c.attempt_key
),
ordered AS (
  SELECT t.*,
    t.number <= $attemptsMax::BIGINT AS made,
    t.end_ns - t.start_ns > $timeout::BIGINT AS too_long,
    row_number() OVER one AS place,
    coalesce(t.backoff_ms::HUGEINT * 1000000, t.start_ns - lag(t.end_ns) OVER one) AS wait
  FROM tries AS t
  WINDOW one AS (PARTITION BY t.operation_key ORDER BY t.number, t.start_ns, t.attempt_key)
),
-- What the policy's wait is longer than the recorded one: half of min(max, base * 2^(n-1)), as full jitter has it.
timed AS MATERIALIZED (
  SELECT *,
    CASE
      WHEN NOT made OR place = 1 THEN 0
      WHEN $backoffBase::BIGINT IS NULL AND $backoffMax::BIGINT IS NULL THEN 0
      WHEN $backoffBase::BIGINT IS NULL THEN least(0, $backoffMax::HUGEINT * 1000000 - wait)
      ELSE least(
        $backoffBase::HUGEINT * 1000000 * (1::HUGEINT << least(40, greatest(0, number - 2))::INTEGER),
        coalesce($backoffMax::HUGEINT, 170141183460469231731687303715) * 1000000
      ) // 2 - wait
    END AS longer_wait
  FROM ordered
),
operations AS MATERIALIZED (
  SELECT operation_key,
    -- What an attempt's key is made of, 64 bits, tells attempts apart; their sum tells operations apart.
    sum(hash(number, won, error_class, too_long)::HUGEINT) AS shape,
    coalesce(max(end_ns) FILTER (made) - min(start_ns) FILTER (made), 0)::HUGEINT
      - (max(end_ns) - min(start_ns))
      - coalesce(sum(greatest(0, end_ns - start_ns - $timeout::BIGINT)) FILTER (made), 0)
      + sum(longer_wait) AS latency_change
  FROM timed
  GROUP BY operation_key
),
shapes AS MATERIALIZED (
  SELECT shape, row_number() OVER () AS shape_number, count(*) AS operations, sum(latency_change) AS latency_change
  FROM operations
  GROUP BY shape
)
SELECT 'shape' AS part, s.shape_number, any_value(s.operations) AS operations,
  any_value(s.latency_change)::HUGEINT AS latency_change,
  any_value(t.number) AS number, any_value(t.won) AS won, any_value(t.error_class) AS error_class,
  any_value(t.too_long) AS too_long,
  coalesce(sum(m.cost) FILTER (NOT m.unpriced), 0)::HUGEINT AS cost,
  count(*) FILTER (m.unpriced) AS unknown_costs,
  NULL AS operation_key, NULL AS attempt_key, NULL AS outer_attempt_key, t.place AS start_ns, NULL AS end_ns, NULL AS outcome,
  NULL AS backoff_ms
FROM timed AS t
JOIN operations AS o ON o.operation_key = t.operation_key
JOIN shapes AS s ON s.shape = o.shape
LEFT JOIN money AS m ON m.attempt_key = t.attempt_key
GROUP BY s.shape_number, t.place
UNION ALL
SELECT 'nested', NULL, NULL, NULL, c.number, NULL, c.error_class, NULL,
  CASE WHEN m.unpriced THEN NULL ELSE coalesce(m.cost, 0) END, NULL,
  c.operation_key, c.attempt_key, c.outer_attempt_key, c.start_ns, c.end_ns, c.outcome, c.backoff_ms
FROM chosen AS c
SEMI JOIN nested AS n ON n.operation_key = c.operation_key
LEFT JOIN money AS m ON m.attempt_key = c.attempt_key
ORDER BY part, shape_number, start_ns
