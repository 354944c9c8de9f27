-- Raw spans: immutable, one row a span. No key and no index: against 10 M rows a primary key costs ten times more per
-- commit than the check that the writer makes itself (see store/attribution). Attributes are all in `attrs`; whatever is
-- grouped or summed has a column of its own in the tables below.
CREATE TABLE spans (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  parent_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  duration_ns BIGINT NOT NULL,
  received_ns BIGINT NOT NULL,
  source_id INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  kind UTINYINT NOT NULL,
  status UTINYINT NOT NULL,
  time_from UTINYINT NOT NULL,
  attrs VARCHAR USING COMPRESSION zstd,
  -- Mostly NULL: forced to zstd, each would still take 4.5 bytes a span.
  events VARCHAR,
  links VARCHAR,
  extra VARCHAR
);

-- Resource and scope of spans, once.
CREATE TABLE sources (
  source_id INTEGER NOT NULL,
  service VARCHAR NOT NULL,
  resource VARCHAR NOT NULL,
  scope VARCHAR NOT NULL
);

-- When each trace has spans: a trace may have several rows, the hint is their union.
CREATE TABLE traces (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  first_ns BIGINT NOT NULL,
  last_ns BIGINT NOT NULL
);

-- One line a span and kind, only where it cost something. Money in nano-USD; NULL cost: unpriced.
CREATE TABLE bill_lines (
  kind VARCHAR NOT NULL,
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  received_ns BIGINT NOT NULL,
  name VARCHAR NOT NULL,
  failed BOOLEAN NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  attempt INTEGER,
  attempt_key UBIGINT,
  team VARCHAR,
  environment VARCHAR,
  provider VARCHAR,
  model VARCHAR,
  tier VARCHAR,
  operation VARCHAR,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cache_read_tokens BIGINT,
  cache_write_tokens BIGINT,
  cache_write_1h_tokens BIGINT,
  reasoning_tokens BIGINT,
  audio_input_tokens BIGINT,
  audio_output_tokens BIGINT,
  cpu_ns BIGINT,
  gb_ns BIGINT,
  cost_nano BIGINT,
  reported_nano BIGINT,
  price_id VARCHAR,
  unpriced_reason VARCHAR,
  response_key UBIGINT,
  aggregate BOOLEAN NOT NULL,
  excluded VARCHAR
);

-- Where runs, batches and steps begin and end, their signs of life, and their profile.
CREATE TABLE activities (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  received_ns BIGINT NOT NULL,
  name VARCHAR NOT NULL,
  failed BOOLEAN NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  is_run BOOLEAN NOT NULL,
  is_batch BOOLEAN NOT NULL,
  is_step BOOLEAN NOT NULL,
  rooted BOOLEAN NOT NULL,
  event VARCHAR,
  run_kind VARCHAR,
  outcome VARCHAR,
  team VARCHAR,
  environment VARCHAR,
  rows_in BIGINT,
  rows_out BIGINT,
  rows_failed BIGINT,
  bytes_in BIGINT,
  bytes_out BIGINT,
  queue_wait_ns BIGINT,
  cpu_user_ns BIGINT,
  cpu_system_ns BIGINT,
  gb_ns BIGINT,
  peak_bytes BIGINT,
  gc_ns BIGINT,
  event_loop_utilization DOUBLE,
  dropped_spans BIGINT,
  sampled BOOLEAN NOT NULL
);

-- The same, as small as lists need it: spans that begin the same run, batch or step share a row a commit, without a
-- span's key; events and mere signs of life stand alone, with theirs. Read with min, max and sums, merged later.
CREATE TABLE run_summary (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  received_ns BIGINT NOT NULL,
  failed BOOLEAN NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  is_run BOOLEAN NOT NULL,
  is_batch BOOLEAN NOT NULL,
  is_step BOOLEAN NOT NULL,
  rooted BOOLEAN NOT NULL,
  event VARCHAR,
  run_kind VARCHAR,
  outcome VARCHAR,
  -- Of a step: rows in of the earliest execution, rows out of the latest, with their times.
  rows_in BIGINT,
  rows_in_ns BIGINT,
  rows_out BIGINT,
  rows_out_ns BIGINT,
  rows_failed BIGINT,
  sampled BOOLEAN NOT NULL
);

CREATE TABLE attempts (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  name VARCHAR NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  operation_key UBIGINT NOT NULL,
  attempt_key UBIGINT NOT NULL,
  outer_attempt_key UBIGINT,
  number INTEGER NOT NULL,
  outcome VARCHAR NOT NULL,
  error_class VARCHAR,
  backoff_ms BIGINT
);

-- Every price that a line was pinned to, as it was known.
CREATE TABLE price_versions (
  price_id VARCHAR NOT NULL,
  provider VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  tier VARCHAR NOT NULL,
  units VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  known_at_ns BIGINT NOT NULL
);

-- Counts and latency by minute, service and span name: additive rows, always summed on read, merged later. `buckets` holds
-- `bucket:count` pairs, blank-separated; bucket b covers durations in [1.05^b, 1.05^(b+1)) nanoseconds.
CREATE TABLE span_minutes (
  minute_ns BIGINT NOT NULL,
  service VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  spans BIGINT NOT NULL,
  errors BIGINT NOT NULL,
  duration_ns BIGINT NOT NULL,
  buckets VARCHAR NOT NULL
);

-- Which batches a run names. Cost of a run that names one batch belongs to it; above several it is shared, not split.
CREATE VIEW run_batches AS
SELECT pipeline, run_id, count(DISTINCT batch) AS batches, min(batch) AS only_batch
FROM run_summary
WHERE batch IS NOT NULL
GROUP BY pipeline, run_id;

-- Attempts whose cost was lost: `waste` when another attempt of their operation won (or of an operation around it),
-- failure cost otherwise. Kept by the writer in the transaction of the attempt that decides it.
CREATE TABLE losing_attempts (
  attempt_key UBIGINT NOT NULL,
  waste BOOLEAN NOT NULL
);

-- Sums of bill lines (counted, but for `excluded`) by quarter of an hour (the grain of time zones): additive rows, −old +new, merged later.
CREATE TABLE cost_rollup (
  bucket_ns BIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  model VARCHAR,
  team VARCHAR,
  lines BIGINT NOT NULL,
  excluded BIGINT NOT NULL,
  unpriced BIGINT NOT NULL,
  tokens BIGINT NOT NULL,
  cost_nano BIGINT NOT NULL,
  waste_nano BIGINT NOT NULL,
  failure_nano BIGINT NOT NULL
);

-- How every run stands. `last_sign_ns` is when its latest telemetry arrived.
CREATE VIEW run_facts AS
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
  arg_max(outcome, end_ns) FILTER (is_run AND outcome IS NOT NULL) AS outcome,
  any_value(run_kind) AS run_kind,
  bool_or(sampled) AS sampled
FROM run_summary
GROUP BY pipeline, run_id;

-- Steps of earlier runs of a batch that did not succeed and that a later run did again, with success.
CREATE VIEW repeated_steps AS
WITH retried AS (
  SELECT pipeline, batch
  FROM run_summary
  WHERE batch IS NOT NULL
  GROUP BY pipeline, batch
  HAVING min(run_id) <> max(run_id)
),
steps AS (
  SELECT a.pipeline, a.batch, a.run_id, a.step, bool_and(NOT a.failed) AS succeeded
  FROM run_summary AS a
  SEMI JOIN retried AS r ON r.pipeline = a.pipeline AND r.batch = a.batch
  WHERE a.is_step
  GROUP BY ALL
),
runs AS (
  SELECT pipeline, run_id, min(start_ns) AS start_ns,
    coalesce(
      arg_max(outcome, end_ns) FILTER (is_run AND outcome IS NOT NULL),
      CASE WHEN bool_or(failed) FILTER (is_run) THEN 'failed' WHEN bool_or(is_run) THEN 'succeeded' END
    ) AS outcome
  FROM run_summary AS a
  SEMI JOIN steps AS s ON s.pipeline = a.pipeline AND s.run_id = a.run_id
  GROUP BY pipeline, run_id
)
SELECT DISTINCT early.pipeline, early.batch, early.run_id, early.step
FROM steps AS early
JOIN runs AS early_run ON early_run.pipeline = early.pipeline AND early_run.run_id = early.run_id
JOIN steps AS late
  ON late.pipeline = early.pipeline AND late.batch = early.batch AND late.step = early.step AND late.succeeded
JOIN runs AS late_run
  ON late_run.pipeline = late.pipeline AND late_run.run_id = late.run_id AND late_run.start_ns > early_run.start_ns
WHERE early_run.outcome IS DISTINCT FROM 'succeeded';

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
