-- Lists ask about every batch there is, but only a few of them change: the writer keeps the others summed up. A commit
-- notes in `unsettled` what it touched; now and then the writer settles it into `settled_batches` and
-- `settled_repeats`. Who reads takes the settled rows and works out the rest, so that an answer is never behind a commit.
CREATE TABLE unsettled (
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR
);

-- One row a batch. A run's cost above several batches is a row of its own, named by the run and `shared`.
CREATE TABLE settled_batches (
  pipeline VARCHAR NOT NULL,
  batch_id VARCHAR NOT NULL,
  shared BOOLEAN NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT,
  received_ns BIGINT NOT NULL,
  rows_in BIGINT,
  rows_out BIGINT,
  rows_failed BIGINT,
  total HUGEINT NOT NULL,
  compute HUGEINT NOT NULL,
  model_cost HUGEINT NOT NULL,
  waste HUGEINT NOT NULL,
  failure HUGEINT NOT NULL,
  unpriced BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  tokens BIGINT NOT NULL,
  has_lines BOOLEAN NOT NULL,
  run_ids VARCHAR[] NOT NULL,
  -- JSON, one object a run in order of start; times as text. A list of structs costs twenty times as much to bring over.
  run_list VARCHAR NOT NULL
);

DROP VIEW settled_lines;
DROP VIEW repeated_steps;
DROP VIEW run_facts;

CREATE TABLE settled_repeats (
  pipeline VARCHAR NOT NULL,
  batch VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  step VARCHAR NOT NULL
);

-- Names of the batches whose rows are not settled: those that a commit named, and all that its runs name.
CREATE VIEW stale_batches AS
SELECT pipeline, batch AS batch_id FROM unsettled WHERE batch IS NOT NULL
UNION
SELECT pipeline, run_id FROM unsettled
UNION
SELECT s.pipeline, s.batch
FROM run_summary AS s
SEMI JOIN unsettled AS u ON u.pipeline = s.pipeline AND u.run_id = s.run_id
WHERE s.batch IS NOT NULL;

-- Steps of earlier runs of a batch that did not succeed and that a later run did again, with success.
CREATE VIEW repeated_steps AS
WITH keys AS MATERIALIZED (
  SELECT * FROM stale_batches
),
wanted AS (
  SELECT s.pipeline, s.batch, s.run_id
  FROM run_summary AS s
  SEMI JOIN keys AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch
),
retried AS (
  SELECT pipeline, batch FROM wanted GROUP BY pipeline, batch HAVING min(run_id) <> max(run_id)
),
steps AS MATERIALIZED (
  SELECT a.pipeline, a.batch, a.run_id, a.step, bool_and(NOT a.failed) AS succeeded
  FROM run_summary AS a
  SEMI JOIN retried AS r ON r.pipeline = a.pipeline AND r.batch = a.batch
  WHERE a.is_step
  GROUP BY ALL
),
runs AS (
  SELECT a.pipeline, a.run_id, min(a.start_ns) AS start_ns,
    coalesce(
      arg_max(outcome, (end_ns, CASE outcome WHEN 'failed' THEN 2 WHEN 'cancelled' THEN 1 ELSE 0 END))
        FILTER (is_run AND outcome IS NOT NULL),
      CASE WHEN bool_or(failed) FILTER (is_run) THEN 'failed' WHEN bool_or(is_run) THEN 'succeeded' END
    ) AS outcome
  FROM run_summary AS a
  SEMI JOIN steps AS s ON s.pipeline = a.pipeline AND s.run_id = a.run_id
  GROUP BY a.pipeline, a.run_id
)
SELECT s.* FROM settled_repeats AS s ANTI JOIN keys AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch
UNION ALL
SELECT DISTINCT early.pipeline, early.batch, early.run_id, early.step
FROM steps AS early
JOIN runs AS early_run ON early_run.pipeline = early.pipeline AND early_run.run_id = early.run_id
JOIN steps AS late
  ON late.pipeline = early.pipeline AND late.batch = early.batch AND late.step = early.step AND late.succeeded
JOIN runs AS late_run
  ON late_run.pipeline = late.pipeline AND late_run.run_id = late.run_id AND late_run.start_ns > early_run.start_ns
WHERE early_run.outcome IS DISTINCT FROM 'succeeded';

-- Every batch, as of the last commit: the settled ones, and the others worked out.
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
  SELECT c.pipeline, c.run_id, c.batch, c.step, c.kind,
    sum(lines) AS lines, sum(excluded) AS excluded, sum(unpriced) AS unpriced, sum(tokens) AS tokens,
    sum(cost_nano) AS cost, sum(waste_nano) AS waste, sum(failure_nano) AS failure
  FROM cost_rollup AS c
  SEMI JOIN naming AS n ON n.pipeline = c.pipeline AND n.run_id = c.run_id
  GROUP BY c.pipeline, c.run_id, c.batch, c.step, c.kind
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

-- Bill lines with the batch that they belong to and whether they were wasted.
CREATE VIEW settled_lines AS
SELECT
  l.*,
  coalesce(l.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, l.run_id) AS batch_id,
  l.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared,
  coalesce(a.waste, false) OR s.step IS NOT NULL AS waste,
  coalesce(NOT a.waste, false) AND s.step IS NULL AS failure
FROM bill_lines AS l
LEFT JOIN run_batches AS b ON b.pipeline = l.pipeline AND b.run_id = l.run_id
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
LEFT JOIN repeated_steps AS s
  ON s.pipeline = l.pipeline AND s.batch = l.batch AND s.run_id = l.run_id AND s.step = l.step;

-- All that there is waits to be settled once.
INSERT INTO unsettled SELECT DISTINCT pipeline, run_id, batch FROM run_summary;
