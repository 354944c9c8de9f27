-- What spans say of data: a quality check with its outcome (`passed`, `failed`, `error`), a dataset that the work wrote, or
-- both. `succeeded`: the work came to a good end, so that the dataset is written.
CREATE TABLE data_notes (
  trace_hi UBIGINT NOT NULL,
  trace_lo UBIGINT NOT NULL,
  span_id UBIGINT NOT NULL,
  start_ns BIGINT NOT NULL,
  end_ns BIGINT NOT NULL,
  pipeline VARCHAR NOT NULL,
  run_id VARCHAR NOT NULL,
  batch VARCHAR,
  step VARCHAR,
  check_name VARCHAR,
  outcome VARCHAR,
  rows BIGINT,
  rows_failed BIGINT,
  dataset VARCHAR,
  succeeded BOOLEAN NOT NULL
);
