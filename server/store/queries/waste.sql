-- Money and attempts lost in [from, to), by cause and one more dimension. Money comes from the lines, attempts from the
-- attempts themselves: many cost nothing. What an attempt worked with is told by the lines of its operation, where it is
-- asked for (`byWork`): many have none themselves. Causes are numbers, and groups and units 64-bit hashes, until the end:
-- text costs ten times as much. What is rare is in temporary tables, and `noted`, `stale` and `nested` tell whether there is
-- any (`store/retryQuestions.ts`): constants, so that the plan has nothing of what there is not.
WITH tried AS MATERIALIZED (
  SELECT a.attempt_key, a.operation_key, a.start_ns, a.outcome, a.error_class, a.pipeline, a.run_id, a.batch, a.step
  FROM current_tries($noted::BOOLEAN) AS a
  SEMI JOIN losing_attempts AS l ON l.attempt_key = a.attempt_key
  -- An attempt begins before its lines: a day, at most.
  WHERE a.start_ns >= $from::BIGINT - 86400000000000 AND a.start_ns < $to::BIGINT
),
-- Parallel spans of one attempt. Few: of the others nothing is to be put together.
parallel AS MATERIALIZED (
  SELECT attempt_key FROM tried GROUP BY attempt_key HAVING count(*) > 1
),
lost AS MATERIALIZED (
  SELECT * EXCLUDE (outcome, error_class), outcome <> 'succeeded' AS own,
    CASE
      WHEN error_class IS NULL THEN CASE outcome WHEN 'cancelled' THEN 7 ELSE 9 END
      WHEN error_class = 'rate_limited' THEN 1
      WHEN error_class = 'timeout' THEN 2
      WHEN error_class = 'server' THEN 3
      WHEN error_class = 'network' THEN 4
      WHEN error_class = 'invalid_request' THEN 5
      WHEN error_class = 'invalid_output' THEN 6
      WHEN error_class = 'cancelled' THEN 7
      ELSE 8
    END AS cause
  FROM (
    SELECT * FROM tried WHERE attempt_key NOT IN (SELECT attempt_key FROM parallel)
    UNION ALL
    SELECT t.attempt_key, any_value(t.operation_key), min(t.start_ns),
      CASE
        WHEN bool_or(t.outcome = 'succeeded') THEN 'succeeded'
        WHEN bool_and(t.outcome = 'cancelled') THEN 'cancelled'
        ELSE 'failed'
      END,
      max(t.error_class), any_value(t.pipeline), any_value(t.run_id), any_value(t.batch), any_value(t.step)
    FROM tried AS t
    SEMI JOIN parallel AS p ON p.attempt_key = t.attempt_key
    GROUP BY t.attempt_key
  )
),
causes AS MATERIALIZED (
  SELECT attempt_key, cause FROM lost WHERE own
  UNION ALL
  -- Nested attempts share the fate of the nearest one around them that lost itself.
  SELECT f.attempt_key, l.cause FROM lost_fates AS f JOIN lost AS l ON l.attempt_key = f.fate_key WHERE $nested::BOOLEAN
),
-- Runs of batches with steps that a later run repeated.
repeated AS NOT MATERIALIZED (
  SELECT place, pipeline, run_id, batch_id AS batch, repeated AS steps
  FROM settled_places
  WHERE repeated IS NOT NULL AND NOT $stale::BOOLEAN
  UNION ALL
  SELECT place, pipeline, run_id, batch_id, repeated
  FROM settled_places
  WHERE repeated IS NOT NULL AND $stale::BOOLEAN AND place NOT IN (SELECT place FROM stale_places)
  UNION ALL
  SELECT place, pipeline, run_id, batch_id, repeated FROM stale_places WHERE repeated IS NOT NULL AND $stale::BOOLEAN
),
-- Without texts: a tenth of these rows, or less, is of a step that was repeated.
repeated_quarters AS MATERIALIZED (
  SELECT origin, place, lines, cost_nano, waste_nano
  FROM cost_quarters
  WHERE bucket_ns >= $firstWhole::BIGINT AND bucket_ns < $endWhole::BIGINT AND place IN (SELECT place FROM repeated)
),
-- What of the range is in no whole quarter: two ranges of constants, so that the scan skips whole row groups.
edges AS (
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $firstWhole::BIGINT
  UNION ALL
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= $endWhole::BIGINT AND start_ns < $to::BIGINT
),
-- Calls that failed and told no usage. Each comparison by itself is made within the scan, for all rows: two of them leave
-- few rows for the rest.
silent AS MATERIALIZED (
  SELECT * FROM bill_lines
  WHERE failed AND input_tokens IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND CASE WHEN output_tokens IS NULL AND cost_nano IS NULL AND excluded IS NULL THEN kind = 'model' ELSE false END
),
judged AS (
  SELECT l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team, l.environment, l.attempt::VARCHAR AS attempt,
    l.kind, l.tags, coalesce(c.cause, 9) AS cause,
    CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END AS waste_nano,
    CASE
      WHEN a.waste OR coalesce(list_contains(s.steps, l.step), false) THEN 0
      ELSE coalesce(l.cost_nano, 0)
    END AS failure_nano,
    0 AS unknown_billing, NULL::UBIGINT AS unit, 0 AS attempts, false AS is_step
  -- Of operations that are not one first attempt alone: all lost ones are of these.
  FROM current_try_lines($noted::BOOLEAN) AS l
  JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
  LEFT JOIN causes AS c ON c.attempt_key = l.attempt_key
  LEFT JOIN repeated AS s
    ON s.run_id = CASE WHEN NOT a.waste THEN l.run_id END
    AND s.pipeline = l.pipeline AND s.batch = l.batch
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
  UNION ALL
  -- Steps that a later run repeated are waste as a whole, but for what is waste by a cause of its own: from the sums, since
  -- all lines are ten times as many.
  SELECT s.pipeline, s.run_id, s.batch, o.step, o.provider, o.model, o.team, o.environment, o.attempt::VARCHAR, o.kind,
    o.tags, 10, c.cost_nano - c.waste_nano, 0, 0,
    CASE WHEN c.lines > 0 THEN hash(s.pipeline, s.run_id, o.step) END, 0, true
  FROM repeated_quarters AS c
  JOIN repeated AS s ON s.place = c.place
  JOIN cost_origins AS o ON o.origin = c.origin
  WHERE list_contains(s.steps, o.step)
  UNION ALL
  SELECT l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team, l.environment, l.attempt::VARCHAR, l.kind, l.tags,
    10, CASE WHEN a.waste THEN 0 ELSE coalesce(l.cost_nano, 0) END, 0, 0, hash(l.pipeline, l.run_id, l.step), 0, true
  FROM edges AS l
  JOIN repeated AS s ON s.run_id = l.run_id AND s.pipeline = l.pipeline AND s.batch = l.batch
  LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
  WHERE list_contains(s.steps, l.step)
  UNION ALL
  SELECT l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team, l.environment, l.attempt::VARCHAR, l.kind, l.tags,
    coalesce(c.cause, 9), 0, 0, 1, NULL, 0, false
  FROM silent AS l
  LEFT JOIN causes AS c ON c.attempt_key = l.attempt_key
),
-- What the operations of lost attempts worked with, by the dearest of their lines.
work_lines AS MATERIALIZED (
  SELECT m.operation_key, l.provider, l.model, l.team, l.environment, l.kind, l.tags,
    hash(l.provider, l.model, l.team, l.environment, l.kind, l.tags) AS work,
    (l.kind = 'model')::UTINYINT AS is_call, coalesce(l.cost_nano, -1) AS cost, l.span_id
  FROM current_try_lines($noted::BOOLEAN) AS l
  JOIN (
    SELECT a.attempt_key, a.operation_key
    FROM current_tries($noted::BOOLEAN) AS a
    SEMI JOIN (SELECT operation_key FROM lost WHERE own AND start_ns >= $from::BIGINT) AS o ON o.operation_key = a.operation_key
    WHERE $byWork::BOOLEAN AND a.start_ns >= $from::BIGINT - 86400000000000 AND a.start_ns < $to::BIGINT + 86400000000000
  ) AS m ON m.attempt_key = l.attempt_key
  WHERE l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 86400000000000
),
worked AS (
  SELECT operation_key, arg_max(work, (is_call, cost, span_id)) AS work FROM work_lines GROUP BY operation_key
),
works AS (
  SELECT work, any_value(provider) AS provider, any_value(model) AS model, any_value(team) AS team,
    any_value(environment) AS environment, any_value(kind) AS kind, any_value(tags) AS tags
  FROM work_lines
  GROUP BY work
),
facts AS (
  SELECT * FROM judged
  UNION ALL
  SELECT o.pipeline, o.run_id, o.batch, o.step, t.provider, t.model, t.team, t.environment, NULL,
    t.kind, t.tags, o.cause, 0, 0, 0, o.operation_key, 1, false
  FROM lost AS o
  LEFT JOIN worked AS w ON w.operation_key = o.operation_key
  LEFT JOIN works AS t ON t.work = w.work
  WHERE o.own AND o.start_ns >= $from::BIGINT
),
-- Runs that name one batch, of those that something here names no batch of.
batchless AS (
  SELECT run_id FROM lost WHERE batch IS NULL
  UNION ALL
  SELECT run_id FROM current_try_lines($noted::BOOLEAN) WHERE batch IS NULL
  UNION ALL
  SELECT run_id FROM silent WHERE batch IS NULL
),
naming AS (
  SELECT r.pipeline, r.run_id, min(r.batch) AS only_batch
  FROM run_summary AS r
  SEMI JOIN batchless AS b ON b.run_id = r.run_id
  WHERE $byBatch::BOOLEAN AND r.batch IS NOT NULL
  GROUP BY r.pipeline, r.run_id
  HAVING min(r.batch) = max(r.batch)
),
placed AS (
  SELECT f.* REPLACE (
      CASE f.kind WHEN 'compute' THEN 'compute' ELSE f.model END AS model,
      CASE f.kind WHEN 'compute' THEN 'compute' ELSE f.provider END AS provider
    ),
    coalesce(f.batch, b.only_batch, f.run_id) AS batch_id
  FROM facts AS f
  LEFT JOIN naming AS b ON b.run_id = CASE WHEN f.batch IS NULL THEN f.run_id END AND b.pipeline = f.pipeline
),
keyed AS (
  SELECT cause,
    cost_key(
      $dimension1::VARCHAR, $pointer1::VARCHAR,
      pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
    ) AS key,
    waste_nano, failure_nano, unknown_billing, unit, attempts, is_step
  FROM placed
  WHERE cost_selected(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    pipeline, run_id, batch_id, step, model, provider, team, environment, attempt, kind, tags
  )
),
hashed AS MATERIALIZED (
  SELECT *, hash(cause, key) AS key_hash FROM keyed
),
sums AS MATERIALIZED (
  SELECT key_hash, any_value(cause) AS cause, any_value(key) AS key, sum(waste_nano) AS waste, sum(failure_nano) AS failure,
    sum(unknown_billing) AS unknown_billing, sum(attempts) AS attempts
  FROM hashed
  GROUP BY key_hash
),
-- Operations and repeated steps.
units AS MATERIALIZED (
  SELECT DISTINCT key_hash, unit, is_step FROM hashed WHERE unit IS NOT NULL
),
unit_sums AS (
  SELECT key_hash, count(*) AS units, count(*) FILTER (is_step) AS steps FROM units GROUP BY key_hash
),
-- As many as were asked for: of batches there may be thousands.
page AS (
  SELECT
    [
      'rate_limited', 'timeout', 'server', 'network', 'invalid_request', 'invalid_output', 'cancelled', 'other', 'unknown',
      'step_rerun'
    ][s.cause] AS cause,
    s.key, s.waste, s.failure, s.unknown_billing::BIGINT AS unknown_billing,
    (s.attempts + coalesce(u.steps, 0))::BIGINT AS attempts, coalesce(u.units, 0) AS operations
  FROM sums AS s
  LEFT JOIN unit_sums AS u ON u.key_hash = s.key_hash
  ORDER BY s.waste + s.failure DESC, 6 DESC, 1, s.key NULLS LAST
  LIMIT $limit::BIGINT OFFSET $offset::BIGINT
)
SELECT * FROM (
  SELECT 1 AS is_total, NULL AS cause, NULL AS key,
    coalesce(sum(waste), 0) AS waste, coalesce(sum(failure), 0) AS failure,
    coalesce(sum(unknown_billing), 0)::BIGINT AS unknown_billing,
    (coalesce(sum(attempts), 0) + any_value(u.steps))::BIGINT AS attempts, any_value(u.units) AS operations,
    count(sums.key_hash) AS groups
  FROM sums, (SELECT count(DISTINCT unit) AS units, count(DISTINCT unit) FILTER (is_step) AS steps FROM units) AS u
  UNION ALL
  SELECT 0, *, NULL FROM page
)
ORDER BY is_total DESC, waste + failure DESC, attempts DESC, cause, key NULLS LAST
