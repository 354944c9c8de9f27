-- Every change of every reservation, appended. The row of the grant has all that never changes (NULL elsewhere); of what
-- changes a row has what its change says, and the row with the greatest seq decides the state.
CREATE TABLE reservation_changes (
  seq BIGINT NOT NULL,
  reservation_id VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  expires_ns BIGINT,
  settled_ns BIGINT,
  ended_ns BIGINT,
  actual_nano BIGINT,
  unreconciled_nano BIGINT,
  -- From here on of the grant alone.
  created_ns BIGINT,
  amount_nano BIGINT,
  idempotency_key VARCHAR,
  fingerprint VARCHAR,
  only_budget VARCHAR,
  pipeline VARCHAR,
  batch VARCHAR,
  model VARCHAR,
  provider VARCHAR,
  team VARCHAR,
  environment VARCHAR,
  tags VARCHAR,
  -- JSON: what was left in each budget.
  budgets VARCHAR
);

-- Reservations by id, each with all that is known of it. (A macro looks where its caller is, hence the whole name.)
CREATE MACRO reservations_of(ids) AS TABLE
SELECT
  c.reservation_id,
  min(c.seq) AS first_seq,
  arg_max(c.state, c.seq) AS state,
  arg_max(c.expires_ns, c.seq) AS expires_ns,
  min(c.expires_ns) AS first_expires_ns,
  any_value(c.settled_ns) AS settled_ns,
  any_value(c.ended_ns) AS ended_ns,
  any_value(c.actual_nano) AS actual_nano,
  any_value(c.unreconciled_nano) AS unreconciled_nano,
  any_value(c.created_ns) AS created_ns,
  any_value(c.amount_nano) AS amount_nano,
  any_value(c.idempotency_key) AS idempotency_key,
  any_value(c.fingerprint) AS fingerprint,
  any_value(c.only_budget) AS only_budget,
  any_value(c.pipeline) AS pipeline,
  any_value(c.batch) AS batch,
  any_value(c.model) AS model,
  any_value(c.provider) AS provider,
  any_value(c.team) AS team,
  any_value(c.environment) AS environment,
  any_value(c.tags) AS tags,
  any_value(c.budgets) AS budgets
FROM holds.reservation_changes AS c
WHERE list_contains(ids, c.reservation_id)
GROUP BY c.reservation_id;
