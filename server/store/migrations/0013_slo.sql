-- Which minutes of which pipeline commits touched since their events were last counted. A commit notes them in its own
-- transaction, in order of `seq`; who counts takes away what it has read, so that neither a crash nor a commit meanwhile
-- leaves a minute uncounted. An operation or a run that lost a row is named: what is left of it may count elsewhere now.
CREATE TABLE uncounted (
  seq BIGINT NOT NULL,
  pipeline VARCHAR NOT NULL,
  minute_ns BIGINT NOT NULL,
  operation_key UBIGINT,
  run_id VARCHAR
);

-- Good and valid events of an indicator by minute of event time: additive rows. `known_ns` is when the count became known
-- and `cause` why (`counted`, `late`, `moved`, `history`): the rows up to an instant are what was known then. An operation
-- with bad events is one of `bad_operations` in the minute of its last one.
CREATE TABLE sli_minutes (
  indicator VARCHAR NOT NULL,
  minute_ns BIGINT NOT NULL,
  good BIGINT NOT NULL,
  total BIGINT NOT NULL,
  bad_operations BIGINT NOT NULL,
  known_ns BIGINT NOT NULL,
  cause VARCHAR NOT NULL
);

-- Indicators that are kept counted, and back to when: what is older is counted piece by piece.
CREATE TABLE sli_indicators (
  indicator VARCHAR NOT NULL,
  counted_from_ns BIGINT NOT NULL,
  complete BOOLEAN NOT NULL
);

-- Every definition that an SLO ever had; NULL: removed. The files own the definitions, this remembers them.
CREATE TABLE slo_versions (
  slo VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  definition VARCHAR,
  from_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR
);

-- How an SLO stood at an instant, as the page showed it then. `facts`: JSON.
CREATE TABLE slo_snapshots (
  slo VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  at_ns BIGINT NOT NULL,
  good BIGINT NOT NULL,
  total BIGINT NOT NULL,
  facts VARCHAR NOT NULL
);

-- Verdicts on expected occurrences of batches, one row each time one was reached: the first is what was known then, the
-- latest what is known now. `weight` in units of the SLO (1, rows or nano-USD).
CREATE TABLE occurrence_verdicts (
  pipeline VARCHAR NOT NULL,
  nominal_ns BIGINT NOT NULL,
  due_ns BIGINT NOT NULL,
  verdict VARCHAR NOT NULL,
  decided_ns BIGINT NOT NULL,
  landed_ns BIGINT,
  batch VARCHAR,
  run_id VARCHAR,
  rows_out BIGINT,
  cost_nano BIGINT,
  cause VARCHAR NOT NULL,
  actor VARCHAR,
  reason VARCHAR
);

-- Time that does not count, past or future, once or by an RRULE. `scope`: JSON object of slo, service or pipeline; {} is all.
CREATE TABLE slo_exclusions (
  exclusion_id VARCHAR NOT NULL,
  scope VARCHAR NOT NULL,
  from_ns BIGINT NOT NULL,
  to_ns BIGINT NOT NULL,
  rrule VARCHAR,
  time_zone VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  created_ns BIGINT NOT NULL,
  removed_ns BIGINT,
  removed_by VARCHAR,
  removed_reason VARCHAR
);

-- What the server counts of itself by minute: additive rows. `buckets` as in span_minutes, of latencies.
CREATE TABLE server_minutes (
  minute_ns BIGINT NOT NULL,
  event VARCHAR NOT NULL,
  outcome VARCHAR NOT NULL,
  events BIGINT NOT NULL,
  buckets VARCHAR NOT NULL
);

-- Alerts as they stand. `subject`: canonical JSON of what it is about, with `name` what makes an alert the same one.
CREATE TABLE alerts (
  alert_id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  subject VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  summary VARCHAR NOT NULL,
  details VARCHAR NOT NULL,
  owner VARCHAR,
  runbook VARCHAR NOT NULL,
  incident_id VARCHAR,
  started_ns BIGINT NOT NULL,
  fired_ns BIGINT,
  changed_ns BIGINT NOT NULL,
  -- When sentence and details were last written: they change more often than the state.
  updated_ns BIGINT NOT NULL,
  frozen_ns BIGINT,
  -- When its owner was last asked what to do with a frozen one.
  asked_ns BIGINT,
  resolved_ns BIGINT,
  reason VARCHAR,
  closed_by VARCHAR,
  -- The state in which a person closed it while its condition was still reported: until that ends it does not fire again.
  suppressed VARCHAR,
  -- Severity with which the world knows that it fires, and since when; NULL: the world knows of nothing.
  told VARCHAR,
  told_ns BIGINT
);

-- Every change of an alert's state or severity, in the transaction of the change.
CREATE TABLE alert_changes (
  alert_id VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  state VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  summary VARCHAR NOT NULL,
  details VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR
);

CREATE TABLE incidents (
  incident_id VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  pipeline VARCHAR,
  -- Alerts of one group that fire soon after each other share an incident.
  group_key VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  opened_ns BIGINT NOT NULL,
  changed_ns BIGINT NOT NULL,
  -- When an alert last fired in it.
  fired_ns BIGINT NOT NULL,
  -- Since when it waits for an acknowledgement.
  waiting_ns BIGINT NOT NULL,
  acknowledged_ns BIGINT,
  acknowledged_by VARCHAR,
  acknowledgement_ends_ns BIGINT,
  escalated_ns BIGINT,
  closed_ns BIGINT,
  closed_by VARCHAR,
  reason VARCHAR,
  -- How many entries its timeline has: the number of the last one.
  entries INTEGER NOT NULL
);

-- An incident's timeline, append-only.
CREATE TABLE incident_entries (
  incident_id VARCHAR NOT NULL,
  entry_id VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  text VARCHAR NOT NULL,
  details VARCHAR
);

CREATE TABLE silences (
  silence_id VARCHAR NOT NULL,
  matchers VARCHAR NOT NULL,
  from_ns BIGINT NOT NULL,
  to_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  created_ns BIGINT NOT NULL,
  removed_ns BIGINT,
  removed_by VARCHAR
);

-- Messages to the world, written in the transaction of what they tell. `body`: neutral JSON; each destination has its form.
-- `replaces`: how many older ones of the same dedup key it made needless before they were delivered. Before `expires_ns`
-- none is given up.
CREATE TABLE outbox (
  message_id VARCHAR NOT NULL,
  dedup_key VARCHAR NOT NULL,
  destination VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  alert_id VARCHAR,
  incident_id VARCHAR,
  summary VARCHAR NOT NULL,
  body VARCHAR NOT NULL,
  created_ns BIGINT NOT NULL,
  expires_ns BIGINT NOT NULL,
  replaces INTEGER NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  tried_ns BIGINT,
  next_ns BIGINT NOT NULL,
  settled_ns BIGINT,
  last_status INTEGER,
  last_error VARCHAR
);

-- Destinations that were switched off, by a 410 or by a person.
CREATE TABLE destination_changes (
  destination VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR NOT NULL
);

-- Signs of life of others: the latest row of a name counts.
CREATE TABLE heartbeats (
  name VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL
);
