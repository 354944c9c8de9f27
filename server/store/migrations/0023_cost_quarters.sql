-- The rollup in numbers: a row of it is two keys and its sums, and what is text stands once, in small tables. Joining,
-- filtering and grouping a million texts costs ten times as much as the same by number.

-- A text so that several of them, one after the other, read in one way only.
CREATE MACRO key_part(value) AS coalesce(strlen(value) || ':' || value, '-');
-- 64 bits of SHA-256, which tell rows apart as the keys of attempts do. `store/costKeys.ts` makes the same ones.
CREATE MACRO text_key(value) AS ('0x' || left(sha256(value), 16))::UBIGINT;
-- Model and provider of a model call alone.
CREATE MACRO cost_origin_key(
  kind, pipeline, step, model, provider, team, environment, attempt, in_attempt, tags
) AS
  text_key(
    key_part(kind) || key_part(pipeline) || key_part(step) || key_part(model) || key_part(provider) || key_part(team)
    || key_part(environment) || key_part(attempt::VARCHAR) || key_part(in_attempt::VARCHAR) || key_part(tags)
  );
CREATE MACRO cost_place_key(pipeline, run_id, batch) AS
  text_key(key_part(pipeline) || key_part(run_id) || key_part(batch));

-- Where cost comes from: all that the rollup tells, but for run and batch. Few rows.
CREATE TABLE cost_origins (
  origin UBIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  pipeline VARCHAR NOT NULL,
  step VARCHAR,
  model VARCHAR,
  provider VARCHAR,
  team VARCHAR,
  environment VARCHAR,
  attempt INTEGER,
  in_attempt BOOLEAN NOT NULL,
  tags VARCHAR
);

-- The run and batch that lines name.
CREATE TABLE cost_places (
  place UBIGINT NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR
);

-- Sums of bill lines (counted, but for `excluded`) by quarter of an hour (the grain of time zones): additive rows, −old +new,
-- merged later.
CREATE TABLE cost_quarters (
  bucket_ns BIGINT NOT NULL,
  origin UBIGINT NOT NULL,
  place UBIGINT NOT NULL,
  lines BIGINT NOT NULL,
  excluded BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  tokens BIGINT NOT NULL,
  cost_nano BIGINT NOT NULL,
  waste_nano BIGINT NOT NULL,
  failure_nano BIGINT NOT NULL
);

-- Keys once for what is the same: hashing each row would take longer than all else.
INSERT INTO cost_origins
SELECT cost_origin_key(kind, pipeline, step, model, provider, team, environment, attempt, in_attempt, tags), *
FROM (
  SELECT DISTINCT kind, pipeline, step, model, provider, team, environment, attempt, coalesce(in_attempt, false) AS in_attempt,
    tags
  FROM cost_rollup
);
INSERT INTO cost_places
SELECT cost_place_key(pipeline, run_id, batch), *
FROM (SELECT pipeline, run_id, batch FROM cost_rollup GROUP BY ALL ORDER BY min(bucket_ns), pipeline, run_id, batch);
INSERT INTO cost_quarters
SELECT r.bucket_ns, o.origin, p.place, sum(r.lines)::BIGINT, sum(r.excluded)::BIGINT, sum(r.unpriced)::BIGINT,
  sum(r.tokens)::BIGINT, sum(r.cost_nano)::BIGINT, sum(r.waste_nano)::BIGINT, sum(r.failure_nano)::BIGINT
FROM cost_rollup AS r
JOIN cost_origins AS o
  ON o.kind = r.kind AND o.pipeline = r.pipeline AND o.step IS NOT DISTINCT FROM r.step
  AND o.model IS NOT DISTINCT FROM r.model AND o.provider IS NOT DISTINCT FROM r.provider
  AND o.team IS NOT DISTINCT FROM r.team AND o.environment IS NOT DISTINCT FROM r.environment
  AND o.attempt IS NOT DISTINCT FROM r.attempt AND o.in_attempt = coalesce(r.in_attempt, false)
  AND o.tags IS NOT DISTINCT FROM r.tags
JOIN cost_places AS p ON p.pipeline = r.pipeline AND p.run_id = r.run_id AND p.batch IS NOT DISTINCT FROM r.batch
GROUP BY r.bucket_ns, o.origin, p.place
ORDER BY r.bucket_ns, p.place, o.origin;

-- The same rows as texts, for whoever need not be fast.
DROP TABLE cost_rollup;
CREATE VIEW cost_rollup AS
SELECT q.bucket_ns, o.kind, o.pipeline, p.run_id, p.batch, o.step, o.model, o.team, q.lines, q.excluded, q.unpriced, q.tokens,
  q.cost_nano, q.waste_nano, q.failure_nano, o.provider, o.tags, o.environment, o.attempt, o.in_attempt
FROM cost_quarters AS q
JOIN cost_origins AS o ON o.origin = q.origin
JOIN cost_places AS p ON p.place = q.place;

-- As before, with the sums of the places that are to be worked out.
DROP VIEW batch_facts;
CREATE VIEW batch_facts AS
WITH keys AS MATERIALIZED (
  SELECT * FROM stale_batches
),
wanted AS (
  SELECT s.pipeline, s.run_id
  FROM run_summary AS s
  SEMI JOIN keys AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch
  UNION
  SELECT pipeline, batch_id FROM keys
),
-- What the runs of those batches did, whole: a run's other batches decide whether its cost is shared.
parts AS MATERIALIZED (
  SELECT s.* FROM run_summary AS s SEMI JOIN wanted AS r ON r.pipeline = s.pipeline AND r.run_id = s.run_id
),
-- Which batches a run names. Cost of a run that names one batch belongs to it; above several it is shared, not split.
naming AS MATERIALIZED (
  SELECT pipeline, run_id, count(DISTINCT batch) AS batches, min(batch) AS only_batch
  FROM parts
  GROUP BY pipeline, run_id
),
placed AS (
  SELECT p.*,
    coalesce(p.batch, CASE WHEN n.batches = 1 THEN n.only_batch END, p.run_id) AS batch_id,
    p.batch IS NULL AND n.batches > 1 AS shared
  FROM parts AS p
  JOIN naming AS n ON n.pipeline = p.pipeline AND n.run_id = p.run_id
),
-- Rows come from the batch's own run or batch span, else from its first and last steps.
found AS MATERIALIZED (
  SELECT
    p.pipeline, p.batch_id, p.shared,
    min(start_ns) AS start_ns,
    max(end_ns) FILTER (event IS NULL) AS end_ns,
    max(received_ns) AS received_ns,
    list(DISTINCT run_id) AS run_ids,
    coalesce(
      max(rows_in) FILTER (is_run OR is_batch),
      arg_min(rows_in, rows_in_ns) FILTER (is_step AND rows_in IS NOT NULL)
    ) AS rows_in,
    coalesce(
      max(rows_out) FILTER (is_run OR is_batch),
      arg_max(rows_out, rows_out_ns) FILTER (is_step AND rows_out IS NOT NULL)
    ) AS rows_out,
    coalesce(max(rows_failed) FILTER (is_run OR is_batch), sum(rows_failed) FILTER (is_step))::BIGINT AS rows_failed
  FROM placed AS p
  SEMI JOIN keys AS k ON k.pipeline = p.pipeline AND k.batch_id = p.batch_id
  GROUP BY p.pipeline, p.batch_id, p.shared
),
sums AS (
  SELECT p.pipeline, p.run_id, p.batch, o.step, o.kind,
    sum(q.lines) AS lines, sum(q.excluded) AS excluded, sum(q.unpriced) AS unpriced, sum(q.tokens) AS tokens,
    sum(q.cost_nano) AS cost, sum(q.waste_nano) AS waste, sum(q.failure_nano) AS failure
  FROM cost_quarters AS q
  JOIN (
    SELECT c.* FROM cost_places AS c SEMI JOIN naming AS n ON n.pipeline = c.pipeline AND n.run_id = c.run_id
  ) AS p ON p.place = q.place
  JOIN cost_origins AS o ON o.origin = q.origin
  GROUP BY p.pipeline, p.run_id, p.batch, o.step, o.kind
),
money AS (
  SELECT
    c.pipeline,
    coalesce(c.batch, CASE WHEN n.batches = 1 THEN n.only_batch END, c.run_id) AS batch_id,
    c.batch IS NULL AND n.batches > 1 AS shared,
    sum(c.cost) AS total,
    coalesce(sum(c.cost) FILTER (c.kind = 'compute'), 0) AS compute,
    coalesce(sum(c.cost) FILTER (c.kind = 'model'), 0) AS model_cost,
    -- Steps that a later run repeated are waste as a whole.
    sum(CASE WHEN s.step IS NULL THEN c.waste ELSE c.cost END) AS waste,
    sum(CASE WHEN s.step IS NULL THEN c.failure ELSE 0 END) AS failure,
    sum(c.unpriced)::BIGINT AS unpriced,
    coalesce(sum(c.lines) FILTER (c.kind = 'model'), 0)::BIGINT AS calls,
    sum(c.tokens)::BIGINT AS tokens
  FROM sums AS c
  JOIN naming AS n ON n.pipeline = c.pipeline AND n.run_id = c.run_id
  LEFT JOIN repeated_steps AS s
    ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
  GROUP BY 1, 2, 3
  HAVING sum(c.lines) > 0 OR sum(c.excluded) > 0
),
-- How every run stands. `last_sign_ns` is when its latest telemetry arrived.
run_state AS (
  SELECT
    pipeline,
    run_id,
    min(start_ns) AS start_ns,
    max(end_ns) FILTER (is_run) AS end_ns,
    max(received_ns) AS last_sign_ns,
    bool_or(is_run) AS ended,
    bool_or(event IS NOT NULL) AS announced,
    bool_or(NOT is_run AND NOT rooted AND event IS NULL) AS unrooted,
    bool_or(failed) FILTER (is_run) AS failed,
    -- Of two ends in one nanosecond the worse one counts, whichever arrived first.
    arg_max(outcome, (end_ns, CASE outcome WHEN 'failed' THEN 2 WHEN 'cancelled' THEN 1 ELSE 0 END))
      FILTER (is_run AND outcome IS NOT NULL) AS outcome,
    max(run_kind) AS run_kind,
    bool_or(sampled) AS sampled
  FROM parts
  GROUP BY pipeline, run_id
),
runs AS (
  SELECT f.pipeline, f.batch_id, f.shared,
    to_json(list({
      'run_id': r.run_id, 'start_ns': r.start_ns::VARCHAR, 'end_ns': r.end_ns::VARCHAR, 'outcome': r.outcome, 'failed': r.failed,
      'ended': r.ended, 'announced': r.announced, 'unrooted': r.unrooted, 'last_sign_ns': r.last_sign_ns::VARCHAR,
      'run_kind': r.run_kind, 'sampled': r.sampled
    } ORDER BY r.start_ns, r.run_id))::VARCHAR AS run_list
  FROM (SELECT pipeline, batch_id, shared, unnest(run_ids) AS run_id FROM found) AS f
  JOIN run_state AS r ON r.pipeline = f.pipeline AND r.run_id = f.run_id
  GROUP BY f.pipeline, f.batch_id, f.shared
)
SELECT s.* FROM settled_batches AS s
ANTI JOIN keys AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch_id
UNION ALL
SELECT f.pipeline, f.batch_id, f.shared, f.start_ns, f.end_ns, f.received_ns, f.rows_in, f.rows_out, f.rows_failed,
  coalesce(m.total, 0)::HUGEINT AS total, coalesce(m.compute, 0)::HUGEINT AS compute,
  coalesce(m.model_cost, 0)::HUGEINT AS model_cost, coalesce(m.waste, 0)::HUGEINT AS waste,
  coalesce(m.failure, 0)::HUGEINT AS failure, coalesce(m.unpriced, 0) AS unpriced, coalesce(m.calls, 0) AS calls,
  coalesce(m.tokens, 0) AS tokens, m.pipeline IS NOT NULL AS has_lines, f.run_ids, r.run_list
FROM found AS f
JOIN runs AS r ON r.pipeline = f.pipeline AND r.batch_id = f.batch_id AND r.shared = f.shared
LEFT JOIN money AS m ON m.pipeline = f.pipeline AND m.batch_id = f.batch_id AND m.shared = f.shared
-- A run above several batches is listed only for what it cost there.
WHERE NOT f.shared OR m.pipeline IS NOT NULL;

-- What questions ask of places, so far as batches are settled: the batch that cost there belongs to (`batch_key` tells it
-- apart; null above several), which steps a later run repeated, when the batch began, and its rows.
CREATE TABLE settled_places (
  place UBIGINT NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch_id VARCHAR NOT NULL,
  batch_key UBIGINT,
  repeated VARCHAR[],
  start_ns BIGINT,
  rows_in BIGINT,
  rows_out BIGINT
);

-- Places that are not settled, or not as they stand by now.
CREATE VIEW stale_cost_places AS
WITH keys AS MATERIALIZED (
  SELECT * FROM stale_batches
)
SELECT p.*
FROM cost_places AS p
LEFT JOIN settled_places AS s ON s.place = p.place
WHERE s.place IS NULL
  OR (p.pipeline, p.run_id) IN (SELECT (pipeline, batch_id) FROM keys)
  OR (p.pipeline, coalesce(p.batch, s.batch_id)) IN (SELECT (pipeline, batch_id) FROM keys);

-- These worked out, from the views that know of all commits.
CREATE VIEW stale_place_facts AS
WITH stale AS MATERIALIZED (
  SELECT p.place, p.pipeline, p.run_id, p.batch,
    coalesce(p.batch, CASE WHEN r.batches = 1 THEN r.only_batch END, p.run_id) AS batch_id,
    coalesce(r.batches, 0) > 1 AS shared
  FROM stale_cost_places AS p
  LEFT JOIN run_batches AS r ON r.run_id = CASE WHEN p.batch IS NULL THEN p.run_id END AND r.pipeline = p.pipeline
),
repeats AS (
  SELECT pipeline, batch, run_id, list(step) AS steps FROM repeated_steps GROUP BY pipeline, batch, run_id
)
SELECT s.place, s.pipeline, s.run_id, s.batch_id,
  CASE WHEN NOT s.shared THEN text_key(key_part(s.pipeline) || key_part(s.batch_id)) END AS batch_key,
  r.steps AS repeated, b.start_ns, coalesce(b.rows_in, b.rows_out) AS rows_in, b.rows_out
FROM stale AS s
LEFT JOIN repeats AS r ON r.pipeline = s.pipeline AND r.batch = s.batch AND r.run_id = s.run_id
LEFT JOIN batch_facts AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch_id AND NOT b.shared AND NOT s.shared;

INSERT INTO settled_places SELECT * FROM stale_place_facts;

-- What questions about costs are asked from. Filters, keys and the names of times are worked out once an origin, place and
-- quarter; the rows of the rollup only look them up.

-- What of [from_ns, to_ns) is in no whole quarter of an hour, from the lines, each as a row of sums; with
-- first_whole = end_whole = to_ns that is everything. Two ranges of constants, so that the scan skips whole row groups.
CREATE MACRO edge_facts(from_ns, first_whole, end_whole, to_ns) AS TABLE
WITH edges AS (
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= from_ns AND start_ns < first_whole
  UNION ALL
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= end_whole AND start_ns < to_ns
)
SELECT l.start_ns - l.start_ns % 900000000000 AS bucket_ns,
  cost_origin_key(
    l.kind, l.pipeline, l.step, CASE l.kind WHEN 'model' THEN l.model END, CASE l.kind WHEN 'model' THEN l.provider END,
    l.team, l.environment, l.attempt, l.attempt_key IS NOT NULL, l.tags
  ) AS origin,
  cost_place_key(l.pipeline, l.run_id, l.batch) AS place,
  1::BIGINT AS lines,
  (l.cost_nano IS NULL)::BIGINT AS unpriced,
  coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0) AS tokens,
  coalesce(l.cost_nano, 0) AS cost_nano,
  CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END AS waste_nano,
  CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END AS failure_nano
FROM edges AS l
LEFT JOIN losing_attempts AS a USING (attempt_key);

-- Sums of counted lines in [from_ns, to_ns), as attempts have judged them: whole quarters, [first_whole, end_whole), and the
-- edges.
CREATE MACRO quarter_facts(from_ns, first_whole, end_whole, to_ns) AS TABLE
SELECT bucket_ns, origin, place, lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
FROM cost_quarters
WHERE bucket_ns >= first_whole AND bucket_ns < end_whole
UNION ALL
SELECT * FROM edge_facts(from_ns, first_whole, end_whole, to_ns);

-- The selected origins with their keys in two dimensions, so far as these are theirs.
CREATE MACRO keyed_origins(
  patterns, tag_pointers, tag_patterns, first_dimension, first_pointer, second_dimension, second_pointer
) AS TABLE
SELECT *, hash(key1, key2) AS key_hash
FROM (
  SELECT origin, kind, pipeline, step, provider, model, (kind = 'model')::BIGINT AS is_call,
    cost_key(
      first_dimension, first_pointer,
      pipeline, NULL, NULL, step, model, provider, team, environment, attempt, kind, tags
    ) AS key1,
    cost_key(
      second_dimension, second_pointer,
      pipeline, NULL, NULL, step, model, provider, team, environment, attempt, kind, tags
    ) AS key2
  FROM (
    SELECT * REPLACE (
      CASE kind WHEN 'compute' THEN 'compute' ELSE model END AS model,
      CASE kind WHEN 'compute' THEN 'compute' ELSE provider END AS provider,
      attempt::VARCHAR AS attempt
    )
    FROM cost_origins
  )
  -- As in `cost_selected`, but for runs and batches: what stands there costs time in each plan.
  WHERE cost_matches(pipeline, patterns[1], patterns[2])
    AND cost_matches(step, patterns[7], patterns[8])
    AND cost_matches(model, patterns[9], patterns[10])
    AND cost_matches(provider, patterns[11], patterns[12])
    AND cost_matches(team, patterns[13], patterns[14])
    AND cost_matches(environment, patterns[15], patterns[16])
    AND cost_matches(attempt, patterns[17], patterns[18])
    AND cost_matches(kind, patterns[19], patterns[20])
    AND (tag_pointers[1] = '' OR list_bool_and(list_transform(
      range(1, len(tag_pointers) + 1),
      lambda i: cost_matches(json_extract_string(tags, tag_pointers[i]), tag_patterns[2 * i - 1], tag_patterns[2 * i])
    )))
);

-- Always empty: each connection that asks has a temporary one of this name.
CREATE TABLE stale_places AS SELECT * FROM settled_places LIMIT 0;

-- The same of places; for queries before which the store fills the `stale_places` of the connection.
CREATE MACRO keyed_places(patterns, first_dimension, second_dimension) AS TABLE
SELECT *, hash(key1, key2) AS key_hash
FROM (
  SELECT *,
    CASE first_dimension WHEN 'run' THEN run_id WHEN 'batch' THEN batch_id END AS key1,
    CASE second_dimension WHEN 'run' THEN run_id WHEN 'batch' THEN batch_id END AS key2
  FROM (
    SELECT * FROM settled_places WHERE place NOT IN (SELECT place FROM stale_places)
    UNION ALL
    SELECT * FROM stale_places
  )
  WHERE cost_matches(run_id, patterns[3], patterns[4]) AND cost_matches(batch_id, patterns[5], patterns[6])
);

-- What these took the place of.
DROP MACRO TABLE hashed_facts;
DROP MACRO TABLE keyed_facts;
DROP MACRO TABLE cost_sums;
DROP MACRO TABLE cost_groups;
