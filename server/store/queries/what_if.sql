-- Operations that another policy may change, whole: those with more than one attempt, without success, or longer than the
-- time-out; and those around and inside them. Those that stand alone are grouped by shape, one row for each of a shape's
-- attempts (`part` 'shape'); of those that are nested, or around nested ones, every attempt ('nested'). `noted` and `nested`
-- tell whether there is any of what is rare, worked out beforehand into temporary tables (`store/retryQuestions.ts`):
-- constants, so that the plan has nothing of what there is not.
WITH retried AS MATERIALIZED (
  -- What began in the range, with attempts up to a day later.
  SELECT operation_key, attempt_key, number, start_ns, end_ns, outcome = 'succeeded' AS won, error_class, backoff_ms,
    end_ns - start_ns > $timeout::BIGINT AS too_long, number <= $attemptsMax::BIGINT AS made,
    (number > 1 OR outcome <> 'succeeded' OR end_ns - start_ns > $timeout::BIGINT)
      AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
      AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
      AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    AS is_affected
  FROM current_tries($noted::BOOLEAN)
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
tangled AS (
  SELECT operation_key FROM tangled_operations WHERE $nested::BOOLEAN
),
alone AS NOT MATERIALIZED (
  SELECT * FROM retried WHERE operation_key NOT IN (SELECT operation_key FROM tangled)
),
-- Operations of one attempt that succeeded, too late.
late AS MATERIALIZED (
  SELECT attempt_key, end_ns - start_ns - $timeout::BIGINT AS over
  FROM attempts
  WHERE $timeout::BIGINT < 4611686018427387904 AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND end_ns - start_ns > $timeout::BIGINT
    AND cost_matches(pipeline, ($patterns::VARCHAR[])[1], ($patterns::VARCHAR[])[2])
    AND cost_matches(run_id, ($patterns::VARCHAR[])[3], ($patterns::VARCHAR[])[4])
    AND cost_matches(step, ($patterns::VARCHAR[])[7], ($patterns::VARCHAR[])[8])
    AND operation_key NOT IN (SELECT operation_key FROM retried)
    AND operation_key NOT IN (SELECT operation_key FROM tangled)
),
-- Parallel spans of one name and number are one attempt: it won if any of them did. Few: of the others nothing is to be
-- put together.
parallel AS MATERIALIZED (
  SELECT attempt_key FROM retried GROUP BY attempt_key HAVING count(*) > 1
),
tries AS MATERIALIZED (
  SELECT a.operation_key, a.attempt_key, a.number, a.start_ns, a.end_ns, a.won, a.error_class, a.backoff_ms, a.is_affected,
    a.too_long, a.made
  FROM alone AS a
  WHERE a.attempt_key NOT IN (SELECT attempt_key FROM parallel)
  UNION ALL
  SELECT any_value(a.operation_key), a.attempt_key, any_value(a.number), min(a.start_ns), max(a.end_ns), bool_or(a.won),
    arg_min(a.error_class, a.start_ns), arg_min(a.backoff_ms, a.start_ns), bool_or(a.is_affected),
    max(a.end_ns) - min(a.start_ns) > $timeout::BIGINT, any_value(a.made)
  FROM alone AS a
  SEMI JOIN parallel AS p ON p.attempt_key = a.attempt_key
  GROUP BY a.attempt_key
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
shaped AS MATERIALIZED (
  SELECT t.attempt_key, o.shape, t.number, t.won, t.error_class, t.too_long
  FROM tries AS t
  JOIN operations AS o ON o.operation_key = t.operation_key
),
lines AS MATERIALIZED (
  SELECT attempt_key, cost_nano
  FROM current_try_lines($noted::BOOLEAN)
  WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 2 * 86400000000000
  UNION ALL
  SELECT l.attempt_key, l.cost_nano
  FROM bill_lines AS l
  SEMI JOIN late AS k ON k.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
),
-- Of an attempt with a line whose cost is unknown the cost is unknown.
unpriced AS MATERIALIZED (
  SELECT DISTINCT attempt_key FROM lines WHERE cost_nano IS NULL
),
shape_tries AS (
  SELECT shape, number, any_value(won) AS won, any_value(error_class) AS error_class, any_value(too_long) AS too_long,
    count(*) FILTER (attempt_key IN (SELECT attempt_key FROM unpriced)) AS unknown_costs
  FROM shaped
  GROUP BY shape, number
),
shape_costs AS (
  SELECT s.shape, s.number, sum(l.cost_nano) AS cost
  FROM lines AS l
  JOIN shaped AS s ON s.attempt_key = l.attempt_key
  WHERE l.attempt_key NOT IN (SELECT attempt_key FROM unpriced)
  GROUP BY s.shape, s.number
),
late_cost AS (
  SELECT sum(c.cost_nano) AS cost
  FROM lines AS c
  SEMI JOIN late AS l ON l.attempt_key = c.attempt_key
  WHERE c.attempt_key NOT IN (SELECT attempt_key FROM unpriced)
)
SELECT 'shape' AS part, t.shape, s.operations, s.latency_change::HUGEINT AS latency_change, t.number, t.won, t.error_class,
  t.too_long, coalesce(c.cost, 0)::HUGEINT AS cost, t.unknown_costs, NULL AS operation_key, NULL AS attempt_key,
  NULL AS outer_attempt_key, NULL AS start_ns, NULL AS end_ns, NULL AS outcome, NULL AS backoff_ms
FROM shape_tries AS t
JOIN shapes AS s ON s.shape = t.shape
LEFT JOIN shape_costs AS c ON c.shape = t.shape AND c.number = t.number
UNION ALL
SELECT 'shape', NULL, count(*), -sum(l.over), 1, true, NULL, true,
  coalesce((SELECT cost FROM late_cost), 0)::HUGEINT,
  count(*) FILTER (l.attempt_key IN (SELECT attempt_key FROM unpriced)), NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM late AS l
HAVING count(*) > 0
UNION ALL
SELECT 'nested', NULL, NULL, NULL, number, NULL, error_class, NULL, cost, NULL,
  operation_key, attempt_key, outer_attempt_key, start_ns, end_ns, outcome, backoff_ms
FROM nested_attempts
WHERE $nested::BOOLEAN
ORDER BY part, shape, number, start_ns
