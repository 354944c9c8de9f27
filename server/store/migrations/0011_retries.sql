-- Costs are asked by attempt too. `in_attempt`: the line is under an attempt, though it may be of a step within one and
-- so have no number itself.
ALTER TABLE cost_rollup ADD COLUMN attempt INTEGER;
ALTER TABLE cost_rollup ADD COLUMN in_attempt BOOLEAN;
CREATE TEMP TABLE attempt_sums AS
SELECT
  l.start_ns - ((l.start_ns % 900000000000) + 900000000000) % 900000000000 AS bucket_ns,
  l.kind, l.pipeline, l.run_id, l.batch, l.step, CASE l.kind WHEN 'model' THEN l.model END AS model, l.team,
  count(*) FILTER (l.excluded IS NULL) AS lines,
  count(*) FILTER (l.excluded IS NOT NULL) AS excluded,
  count(*) FILTER (l.excluded IS NULL AND l.cost_nano IS NULL) AS unpriced,
  coalesce(sum(coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0)) FILTER (l.excluded IS NULL), 0)::BIGINT AS tokens,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL), 0)::BIGINT AS cost_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND a.waste), 0)::BIGINT AS waste_nano,
  coalesce(sum(l.cost_nano) FILTER (l.excluded IS NULL AND NOT a.waste), 0)::BIGINT AS failure_nano,
  CASE l.kind WHEN 'model' THEN l.provider END AS provider,
  l.tags, l.environment, l.attempt, l.attempt_key IS NOT NULL AS in_attempt
FROM bill_lines AS l
LEFT JOIN losing_attempts AS a ON a.attempt_key = l.attempt_key
GROUP BY ALL;
DELETE FROM cost_rollup;
INSERT INTO cost_rollup SELECT * FROM attempt_sums ORDER BY bucket_ns, pipeline, run_id;
DROP TABLE attempt_sums;

-- First attempts that succeeded, by quarter of an hour: additive rows, merged later. Nearly all attempts are such, and
-- nearly all of them alone with their operation.
CREATE TABLE first_wins (
  bucket_ns BIGINT NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  step VARCHAR,
  wins BIGINT NOT NULL
);
INSERT INTO first_wins
SELECT start_ns - ((start_ns % 900000000000) + 900000000000) % 900000000000, pipeline, run_id, step, count(*)
FROM attempts
WHERE number = 1 AND outcome = 'succeeded'
GROUP BY ALL
ORDER BY ALL;

-- The few operations that are more than one first attempt that succeeded, with all of their attempts and with the lines
-- under these: copies, so that nobody looks for them among all others. A commit notes in `unsettled_operations`
-- which operations may be such by now (more than are), in `unsettled_tries` under which known attempts lines came or
-- went; now and then the writer copies these anew. Who reads, reads the views: the copies but for those noted, which are
-- read where they stand, so that an answer is never behind a commit.
CREATE TABLE settled_tries (
  operation_key UBIGINT NOT NULL,
  attempt_key UBIGINT NOT NULL,
  outer_attempt_key UBIGINT,
  number INTEGER NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  outcome VARCHAR NOT NULL,
  error_class VARCHAR,
  backoff_ms BIGINT,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR
);
CREATE TABLE settled_try_lines (
  attempt_key UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  provider VARCHAR,
  model VARCHAR,
  team VARCHAR,
  environment VARCHAR,
  attempt INTEGER,
  tags VARCHAR,
  cost_nano BIGINT,
  excluded VARCHAR
);
-- All spans of the operation start in [first_ns, last_ns].
CREATE TABLE unsettled_operations (
  operation_key UBIGINT NOT NULL,
  first_ns BIGINT NOT NULL,
  last_ns BIGINT NOT NULL
);
CREATE TABLE unsettled_tries (
  attempt_key UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL
);

CREATE VIEW retried_attempts AS
SELECT s.* FROM settled_tries AS s ANTI JOIN unsettled_operations AS u ON u.operation_key = s.operation_key
UNION ALL
SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
  a.backoff_ms, a.pipeline, a.run_id, a.batch, a.step
FROM attempts AS a
SEMI JOIN unsettled_operations AS u ON u.operation_key = a.operation_key;

-- Attempts whose lines are not copied as they stand.
CREATE VIEW stale_tries AS
SELECT attempt_key FROM unsettled_tries
UNION
SELECT a.attempt_key FROM attempts AS a SEMI JOIN unsettled_operations AS u ON u.operation_key = a.operation_key
UNION
SELECT s.attempt_key FROM settled_tries AS s SEMI JOIN unsettled_operations AS u ON u.operation_key = s.operation_key;

CREATE VIEW retried_lines AS
WITH stale AS MATERIALIZED (
  SELECT attempt_key FROM stale_tries
)
SELECT s.* FROM settled_try_lines AS s ANTI JOIN stale AS t ON t.attempt_key = s.attempt_key
UNION ALL
SELECT l.attempt_key, l.start_ns, l.span_id, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team,
  l.environment, l.attempt, l.tags, l.cost_nano, l.excluded
FROM bill_lines AS l
SEMI JOIN stale AS t ON t.attempt_key = l.attempt_key;

-- All that there is waits to be copied once; what starts before 1970 or after 2262 does not exist.
INSERT INTO unsettled_operations
SELECT DISTINCT operation_key, 0, 9223372036854775807
FROM attempts
WHERE number > 1 OR outcome <> 'succeeded'
  OR attempt_key IN (SELECT attempt_key FROM losing_attempts)
  OR operation_key IN (SELECT operation_key FROM attempts GROUP BY operation_key HAVING count(*) > 1);

-- First attempts that succeeded in [from_ns, to_ns): whole quarters of an hour from the sums, the edges one by one.
CREATE MACRO first_wins_in(from_ns, first_whole, end_whole, to_ns) AS TABLE
SELECT pipeline, run_id, step, wins FROM first_wins WHERE bucket_ns >= first_whole AND bucket_ns < end_whole
UNION ALL
SELECT pipeline, run_id, step, 1 FROM attempts
WHERE number = 1 AND outcome = 'succeeded' AND start_ns >= from_ns AND start_ns < first_whole
UNION ALL
SELECT pipeline, run_id, step, 1 FROM attempts
WHERE number = 1 AND outcome = 'succeeded' AND start_ns >= end_whole AND start_ns < to_ns;

-- Sums of counted lines in [from_ns, to_ns), as attempts have judged them. Whole quarters of an hour, [first_whole,
-- end_whole), come from the rollup, the edges from the lines: two ranges of constants, so that the scan skips whole row
-- groups.
CREATE MACRO covered_costs(from_ns, first_whole, end_whole, to_ns) AS TABLE
WITH edges AS (
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= from_ns AND start_ns < first_whole
  UNION ALL
  SELECT * FROM bill_lines WHERE excluded IS NULL AND start_ns >= end_whole AND start_ns < to_ns
)
SELECT bucket_ns AS start_ns, kind, pipeline, run_id, batch, step, model, team, provider, tags,
  environment, attempt, in_attempt, lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
FROM cost_rollup
WHERE bucket_ns >= first_whole AND bucket_ns < end_whole
UNION ALL
SELECT l.start_ns, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.model, l.team, l.provider, l.tags,
  l.environment, l.attempt, l.attempt_key IS NOT NULL,
  1, (l.cost_nano IS NULL)::BIGINT, coalesce(l.input_tokens, 0) + coalesce(l.output_tokens, 0), coalesce(l.cost_nano, 0),
  CASE WHEN a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END,
  CASE WHEN NOT a.waste THEN coalesce(l.cost_nano, 0) ELSE 0 END
FROM edges AS l
LEFT JOIN losing_attempts AS a USING (attempt_key);

-- The same with the batch that they belong to; a step that a later run repeated is waste as a whole.
CREATE OR REPLACE MACRO cost_facts(from_ns, first_whole, end_whole, to_ns) AS TABLE
SELECT c.* REPLACE (
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.model END AS model,
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.provider END AS provider,
    c.attempt::VARCHAR AS attempt,
    CASE WHEN s.step IS NULL THEN c.waste_nano ELSE c.cost_nano END AS waste_nano,
    CASE WHEN s.step IS NULL THEN c.failure_nano ELSE 0 END AS failure_nano
  ),
  coalesce(c.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, c.run_id) AS batch_id,
  c.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared,
  s.step IS NOT NULL AS repeated
FROM covered_costs(from_ns, first_whole, end_whole, to_ns) AS c
LEFT JOIN repeated_steps AS s
  ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
LEFT JOIN run_batches AS b ON b.pipeline = c.pipeline AND b.run_id = c.run_id;
