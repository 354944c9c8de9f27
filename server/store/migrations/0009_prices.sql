-- What a line is priced by besides its tokens, so that it can be priced again from itself.
ALTER TABLE bill_lines ADD COLUMN request_model VARCHAR;
-- Nanoseconds that the model worked on the call.
ALTER TABLE bill_lines ADD COLUMN billed_ns BIGINT;
ALTER TABLE bill_lines ADD COLUMN images BIGINT;
-- Why no price can help: the call tells an impossible usage or none.
ALTER TABLE bill_lines ADD COLUMN usage_fault VARCHAR;
UPDATE bill_lines SET usage_fault = unpriced_reason
WHERE unpriced_reason LIKE 'impossible usage: %' OR unpriced_reason LIKE 'the call failed without telling its usage%';

ALTER TABLE price_versions ADD COLUMN checked_on VARCHAR;

-- A view keeps the columns that its table had when it was made.
DROP VIEW settled_lines;
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

-- Every unit price that Burnbook ever knew: when it is valid, and from when to when it was held to be true.
CREATE TABLE price_ledger (
  -- Hash of the facts: equal keys of one origin are the same fact.
  fact_key UBIGINT NOT NULL,
  origin VARCHAR NOT NULL,
  provider VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  unit VARCHAR NOT NULL,
  above_tokens BIGINT NOT NULL,
  -- Nano-USD per million units; of a multiplier, millionths of the standard price.
  amount BIGINT NOT NULL,
  valid_from_ns BIGINT,
  valid_to_ns BIGINT,
  daily_from VARCHAR,
  daily_to VARCHAR,
  source VARCHAR NOT NULL,
  checked_on VARCHAR,
  price_id VARCHAR,
  known_at_ns BIGINT NOT NULL,
  known_until_ns BIGINT
);

-- The newest snapshot of each origin, so that an unchanged one is told by its hash.
CREATE TABLE price_snapshots (
  origin VARCHAR NOT NULL,
  hash VARCHAR NOT NULL,
  known_at_ns BIGINT NOT NULL
);

-- Who restated which costs, when and why. `done_ns` is how far it has come: lines that start before it are restated.
CREATE TABLE restatements (
  restatement INTEGER NOT NULL,
  created_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  why VARCHAR NOT NULL,
  from_ns BIGINT NOT NULL,
  to_ns BIGINT NOT NULL,
  pipeline VARCHAR,
  kind VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  lines_total BIGINT NOT NULL,
  done_ns BIGINT NOT NULL,
  -- Counts and sums by model, JSON.
  tallies VARCHAR NOT NULL,
  finished_ns BIGINT,
  undone_ns BIGINT,
  undone_by VARCHAR,
  undone_why VARCHAR,
  undo_done_ns BIGINT NOT NULL,
  lines_restored BIGINT NOT NULL,
  lines_kept BIGINT NOT NULL
);

-- What a restatement changed: a line by its span, with its cost before and after.
CREATE TABLE restated_lines (
  restatement INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  old_cost BIGINT,
  old_price_id VARCHAR,
  old_reason VARCHAR,
  new_cost BIGINT,
  new_price_id VARCHAR,
  new_reason VARCHAR
);
