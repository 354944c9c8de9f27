-- Money and attempts lost in [from, to), by cause and one more dimension. Money comes from the lines, attempts from the
-- attempts themselves: many cost nothing. What an attempt worked with is told by the lines of its operation, where it is
-- asked for (`byWork`): many have none themselves.
WITH RECURSIVE lost AS MATERIALIZED (
  SELECT a.attempt_key, any_value(a.operation_key) AS operation_key, any_value(a.outer_attempt_key) AS outer_key,
    NOT bool_or(a.outcome = 'succeeded') AS own,
    CASE
      WHEN max(a.error_class) IN (
        'rate_limited', 'timeout', 'server', 'network', 'invalid_request', 'invalid_output', 'cancelled'
      ) THEN max(a.error_class)
      WHEN max(a.error_class) IS NOT NULL THEN 'other'
      WHEN bool_and(a.outcome = 'cancelled') THEN 'cancelled'
      ELSE 'unknown'
    END AS cause,
    min(a.start_ns) AS start_ns, any_value(a.pipeline) AS pipeline, any_value(a.run_id) AS run_id,
    any_value(a.batch) AS batch, any_value(a.step) AS step
  FROM retried_attempts AS a
  SEMI JOIN losing_attempts AS l ON l.attempt_key = a.attempt_key
  -- An attempt begins before its lines: a day, at most.
  WHERE a.start_ns >= $from::BIGINT - 86400000000000 AND a.start_ns < $to::BIGINT
  GROUP BY a.attempt_key
),
-- Nested attempts share the fate of the nearest one around them that lost itself.
fate AS (
  SELECT attempt_key, own, cause, outer_key FROM lost WHERE NOT own
  UNION ALL
  SELECT f.attempt_key, l.own, l.cause, l.outer_key
  FROM fate AS f
  JOIN lost AS l ON l.attempt_key = f.outer_key
  WHERE NOT f.own
),
causes AS MATERIALIZED (
  SELECT attempt_key, cause FROM lost WHERE own
  UNION ALL
  SELECT attempt_key, any_value(cause) FROM fate WHERE own GROUP BY attempt_key
),
repeated AS MATERIALIZED (
  SELECT * FROM repeated_steps
),
naming AS MATERIALIZED (
  SELECT * FROM run_batches
),
-- Of operations that are not one first attempt alone: all lost ones are of these.
lines AS MATERIALIZED (
  SELECT * FROM retried_lines WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT + 86400000000000
),
under_lost AS MATERIALIZED (
  SELECT l.*, a.waste, coalesce(c.cause, 'unknown') AS cause, s.step IS NOT NULL AS repeated
  FROM lines AS l
  JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
  LEFT JOIN causes AS c ON c.attempt_key = l.attempt_key
  LEFT JOIN repeated AS s ON s.pipeline = l.pipeline AND s.batch = l.batch AND s.run_id = l.run_id AND s.step = l.step
  WHERE l.excluded IS NULL AND l.start_ns < $to::BIGINT
),
silent AS (
  SELECT * FROM bill_lines
  WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND kind = 'model' AND failed AND cost_nano IS NULL AND input_tokens IS NULL AND output_tokens IS NULL
),
judged AS (
  SELECT pipeline, run_id, batch, step, provider, model, team, environment, attempt::VARCHAR AS attempt, kind, tags, cause,
    CASE WHEN waste THEN coalesce(cost_nano, 0) ELSE 0 END AS waste_nano,
    CASE WHEN NOT waste AND NOT repeated THEN coalesce(cost_nano, 0) ELSE 0 END AS failure_nano,
    0 AS unknown_billing, false AS is_step
  FROM under_lost
  UNION ALL
  -- Steps that a later run repeated are waste as a whole: from the sums, since all lines are ten times as many …
  SELECT pipeline, run_id, batch, step, provider, model, team, environment, attempt, kind, tags, 'step_rerun',
    cost_nano, 0, 0, lines > 0
  FROM cost_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  WHERE repeated
  UNION ALL
  -- … less what is waste by a cause of its own.
  SELECT pipeline, run_id, batch, step, CASE kind WHEN 'compute' THEN 'compute' ELSE provider END,
    CASE kind WHEN 'compute' THEN 'compute' ELSE model END, team, environment, attempt::VARCHAR, kind, tags, 'step_rerun',
    -coalesce(cost_nano, 0), 0, 0, true
  FROM under_lost
  WHERE waste AND repeated
  UNION ALL
  SELECT l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team, l.environment, l.attempt::VARCHAR, l.kind, l.tags,
    coalesce(c.cause, 'unknown'), 0, 0, 1, false
  FROM silent AS l
  LEFT JOIN causes AS c ON c.attempt_key = l.attempt_key
),
own_lost AS (
  SELECT * FROM lost WHERE own AND start_ns >= $from::BIGINT
),
-- What the operations of lost attempts worked with, by the dearest of their lines.
members AS (
  SELECT a.attempt_key, a.operation_key
  FROM retried_attempts AS a
  SEMI JOIN own_lost AS o ON o.operation_key = a.operation_key
  WHERE $byWork::BOOLEAN AND a.start_ns >= $from::BIGINT - 86400000000000 AND a.start_ns < $to::BIGINT + 86400000000000
),
worked AS (
  SELECT m.operation_key,
    arg_max({
      'provider': l.provider, 'model': l.model, 'team': l.team, 'environment': l.environment, 'kind': l.kind, 'tags': l.tags
    }, (l.kind = 'model', coalesce(l.cost_nano, -1), l.span_id)) AS with_what
  FROM lines AS l
  JOIN members AS m ON m.attempt_key = l.attempt_key
  GROUP BY m.operation_key
),
tries AS (
  SELECT o.cause, o.attempt_key, o.operation_key, o.pipeline, o.run_id, o.batch, o.step, w.with_what
  FROM own_lost AS o
  LEFT JOIN worked AS w ON w.operation_key = o.operation_key
),
facts AS (
  SELECT *, NULL::UBIGINT AS attempt_key, NULL::UBIGINT AS operation_key,
    CASE WHEN is_step THEN hash(pipeline, run_id, step) END AS step_key
  FROM judged
  UNION ALL
  SELECT pipeline, run_id, batch, step, with_what.provider, with_what.model, with_what.team, with_what.environment, NULL,
    with_what.kind, with_what.tags, cause, 0, 0, 0, false, attempt_key, operation_key, NULL
  FROM tries
),
placed AS (
  SELECT f.*, coalesce(f.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, f.run_id) AS batch_id
  FROM facts AS f
  LEFT JOIN naming AS b ON b.pipeline = f.pipeline AND b.run_id = f.run_id
),
keyed AS (
  SELECT cause,
    cost_key(
      $dimension1::VARCHAR, $pointer1::VARCHAR,
      pipeline, run_id, batch_id, step, CASE kind WHEN 'compute' THEN 'compute' ELSE model END,
      CASE kind WHEN 'compute' THEN 'compute' ELSE provider END, team, environment, attempt, kind, tags
    ) AS key,
    waste_nano, failure_nano, unknown_billing, attempt_key, operation_key, step_key
  FROM placed
  WHERE cost_selected(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    pipeline, run_id, batch_id, step, CASE kind WHEN 'compute' THEN 'compute' ELSE model END,
    CASE kind WHEN 'compute' THEN 'compute' ELSE provider END, team, environment, attempt, kind, tags
  )
),
-- By operation and step first: each then is counted once, and counting what is distinct costs a third of the whole.
gathered AS MATERIALIZED (
  SELECT cause, key, operation_key, step_key,
    sum(waste_nano) AS waste, sum(failure_nano) AS failure, sum(unknown_billing) AS unknown_billing,
    -- An attempt is here once.
    count(attempt_key) AS attempts
  FROM keyed
  GROUP BY cause, key, operation_key, step_key
)
SELECT * FROM (
  SELECT 1 AS is_total, NULL AS cause, NULL AS key,
    coalesce(sum(waste), 0) AS waste, coalesce(sum(failure), 0) AS failure,
    coalesce(sum(unknown_billing), 0)::BIGINT AS unknown_billing,
    (coalesce(sum(attempts), 0) + count(DISTINCT step_key))::BIGINT AS attempts,
    count(DISTINCT operation_key) + count(DISTINCT step_key) AS operations
  FROM gathered
  UNION ALL
  SELECT 0, cause, key, sum(waste), sum(failure), sum(unknown_billing)::BIGINT,
    (sum(attempts) + count(step_key))::BIGINT, count(operation_key) + count(step_key)
  FROM gathered
  GROUP BY cause, key
)
ORDER BY is_total DESC, waste + failure DESC, attempts DESC, cause, key NULLS LAST
LIMIT 10001
