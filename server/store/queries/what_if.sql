-- Operations that another policy may change, whole: those with more than one attempt, without success, or longer than the
-- time-out; and those around and inside them. Those that stand alone are grouped by shape, one row for each of a shape's
-- attempts (`part` 'shape'); of those that are nested, or around nested ones, every attempt ('nested').
WITH RECURSIVE retried AS MATERIALIZED (
  -- What began in the range, with attempts up to a day later.
  SELECT operation_key, attempt_key, number, start_ns, end_ns, outcome = 'succeeded' AS won, error_class, backoff_ms,
    (number > 1 OR outcome <> 'succeeded' OR end_ns - start_ns > $timeout::BIGINT)
      AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
      AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
      AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    AS is_affected
  FROM retried_attempts
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
-- Operations of one attempt that succeeded, too late.
long AS MATERIALIZED (
  SELECT operation_key, attempt_key, end_ns - start_ns - $timeout::BIGINT AS over
  FROM attempts
  WHERE $timeout::BIGINT < 4611686018427387904 AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND end_ns - start_ns > $timeout::BIGINT
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    AND operation_key NOT IN (SELECT operation_key FROM retried)
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
nesting AS (
  SELECT i.operation_key AS one, o.operation_key AS other
  FROM inner_ones AS i
  JOIN outer_ones AS o ON o.attempt_key = i.outer_attempt_key
),
beside AS MATERIALIZED (
  SELECT one, other FROM nesting
  UNION
  SELECT other, one FROM nesting
),
tangled AS MATERIALIZED (
  SELECT operation_key FROM inner_ones
  UNION
  SELECT operation_key FROM outer_ones
),
-- None: no scan, while the join is with these and not with what comes of the recursion, whose size nobody can tell
-- beforehand.
around AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
    a.backoff_ms
  FROM attempts AS a
  SEMI JOIN tangled AS t ON t.operation_key = a.operation_key
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
),
seeds AS MATERIALIZED (
  SELECT r.operation_key
  FROM retried AS r
  SEMI JOIN tangled AS t ON t.operation_key = r.operation_key
  GROUP BY r.operation_key
  HAVING bool_or(r.is_affected) AND min(r.start_ns) < $to::BIGINT
  UNION ALL
  SELECT l.operation_key FROM long AS l SEMI JOIN tangled AS t ON t.operation_key = l.operation_key
),
picked AS (
  SELECT operation_key FROM seeds
  UNION
  SELECT b.other FROM picked AS p JOIN beside AS b ON b.one = p.operation_key
),
nested AS MATERIALIZED (
  SELECT a.* FROM around AS a SEMI JOIN picked AS p ON p.operation_key = a.operation_key
),
late AS MATERIALIZED (
  SELECT * FROM long WHERE operation_key NOT IN (SELECT operation_key FROM tangled)
),
lines AS (
  SELECT attempt_key, cost_nano
  FROM retried_lines
  WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 2 * 86400000000000
  UNION ALL
  SELECT l.attempt_key, l.cost_nano
  FROM bill_lines AS l
  SEMI JOIN (
    SELECT attempt_key FROM late
    UNION ALL
    SELECT n.attempt_key FROM nested AS n ANTI JOIN retried AS r ON r.operation_key = n.operation_key
  ) AS k ON k.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
),
money AS MATERIALIZED (
  SELECT attempt_key, sum(cost_nano) AS cost, bool_or(cost_nano IS NULL) AS unpriced FROM lines GROUP BY attempt_key
),
-- Parallel spans of one name and number are one attempt: it won if any of them did. Few: of the others nothing is to be
-- put together.
parallel AS MATERIALIZED (
  SELECT attempt_key FROM retried GROUP BY attempt_key HAVING count(*) > 1
),
alone AS NOT MATERIALIZED (
  SELECT * FROM retried WHERE operation_key NOT IN (SELECT operation_key FROM tangled)
),
tries AS MATERIALIZED (
  SELECT *, number <= $attemptsMax::BIGINT AS made, end_ns - start_ns > $timeout::BIGINT AS too_long
  FROM (
    SELECT a.operation_key, a.attempt_key, a.number, a.start_ns, a.end_ns, a.won, a.error_class, a.backoff_ms, a.is_affected
    FROM alone AS a
    WHERE a.attempt_key NOT IN (SELECT attempt_key FROM parallel)
    UNION ALL
    SELECT any_value(a.operation_key), a.attempt_key, any_value(a.number), min(a.start_ns), max(a.end_ns), bool_or(a.won),
      arg_min(a.error_class, a.start_ns), arg_min(a.backoff_ms, a.start_ns), bool_or(a.is_affected)
    FROM alone AS a
    SEMI JOIN parallel AS p ON p.attempt_key = a.attempt_key
    GROUP BY a.attempt_key
  )
),
waits AS (
  SELECT operation_key, number, made, row_number() OVER one = 1 AS is_first,
    coalesce(backoff_ms::HUGEINT * 1000000, start_ns - lag(end_ns) OVER one) AS wait
  FROM tries
  WHERE $backoffBase::BIGINT IS NOT NULL OR $backoffMax::BIGINT IS NOT NULL
  WINDOW one AS (PARTITION BY operation_key ORDER BY number)
),
-- What the policy's waits are longer than the recorded ones: half of min(max, base * 2^(n-1)), as full jitter has it.
waited AS (
  SELECT operation_key, sum(
    CASE
      WHEN $backoffBase::BIGINT IS NULL THEN least(0, $backoffMax::HUGEINT * 1000000 - wait)
      ELSE least(
        $backoffBase::HUGEINT * 1000000 * (1::HUGEINT << least(40, greatest(0, number - 2))::INTEGER),
        coalesce($backoffMax::HUGEINT, 170141183460469231731687303715) * 1000000
      ) // 2 - wait
    END
  ) AS longer
  FROM waits
  WHERE made AND NOT is_first
  GROUP BY operation_key
),
operations AS MATERIALIZED (
  SELECT operation_key,
    -- As with the keys of attempts, 64 bits tell shapes apart. Hashed twice: the hash of several values is linear in the
    -- last one, and two attempts could exchange theirs.
    bit_xor(hash(hash(number, won, error_class, too_long))) AS shape,
    coalesce(max(end_ns) FILTER (made) - min(start_ns) FILTER (made), 0)
      - (max(end_ns) - min(start_ns))
      - coalesce(sum(greatest(0, end_ns - start_ns - $timeout::BIGINT)) FILTER (made), 0)
    AS latency_change
  FROM tries
  GROUP BY operation_key
  HAVING bool_or(is_affected) AND min(start_ns) < $to::BIGINT
),
shapes AS (
  SELECT o.shape, count(*) AS operations, sum(o.latency_change + coalesce(w.longer, 0)) AS latency_change
  FROM operations AS o
  LEFT JOIN waited AS w ON w.operation_key = o.operation_key
  GROUP BY o.shape
),
shape_tries AS (
  SELECT o.shape, t.number, any_value(t.won) AS won, any_value(t.error_class) AS error_class,
    any_value(t.too_long) AS too_long, coalesce(sum(m.cost) FILTER (NOT m.unpriced), 0)::HUGEINT AS cost,
    count(*) FILTER (m.unpriced) AS unknown_costs
  FROM tries AS t
  JOIN operations AS o ON o.operation_key = t.operation_key
  LEFT JOIN money AS m ON m.attempt_key = t.attempt_key
  GROUP BY o.shape, t.number
)
SELECT 'shape' AS part, t.shape, s.operations, s.latency_change::HUGEINT AS latency_change, t.number, t.won, t.error_class,
  t.too_long, t.cost, t.unknown_costs, NULL AS operation_key, NULL AS attempt_key, NULL AS outer_attempt_key,
  NULL AS start_ns, NULL AS end_ns, NULL AS outcome, NULL AS backoff_ms
FROM shape_tries AS t
JOIN shapes AS s ON s.shape = t.shape
UNION ALL
SELECT 'shape', NULL, count(*), -sum(l.over), 1, true, NULL, true, coalesce(sum(m.cost) FILTER (NOT m.unpriced), 0)::HUGEINT,
  count(*) FILTER (m.unpriced), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM late AS l
LEFT JOIN money AS m ON m.attempt_key = l.attempt_key
HAVING count(*) > 0
UNION ALL
SELECT 'nested', NULL, NULL, NULL, n.number, NULL, n.error_class, NULL,
  CASE WHEN m.unpriced THEN NULL ELSE coalesce(m.cost, 0) END, NULL,
  n.operation_key, n.attempt_key, n.outer_attempt_key, n.start_ns, n.end_ns, n.outcome, n.backoff_ms
FROM nested AS n
LEFT JOIN money AS m ON m.attempt_key = n.attempt_key
ORDER BY part, shape, number, start_ns
