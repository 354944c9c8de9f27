-- Runbooks being followed. `place`: JSON object, what fills the placeholders. `steps`: JSON list of number, section and first
-- words, as they were at that revision.
CREATE TABLE executions (
  execution_id VARCHAR NOT NULL,
  runbook VARCHAR NOT NULL,
  title VARCHAR NOT NULL,
  revision VARCHAR NOT NULL,
  place VARCHAR NOT NULL,
  steps VARCHAR NOT NULL,
  incident_id VARCHAR,
  alert_id VARCHAR,
  game_day BOOLEAN NOT NULL,
  started_ns BIGINT NOT NULL,
  started_by VARCHAR NOT NULL
);

-- What was done in them, append-only. `event_id` is the client's: one that is there already is left out. `done_ns`: by the
-- clock of who did it, never after `at_ns`. `details`: JSON; of `verify` its state and answers.
CREATE TABLE execution_events (
  execution_id VARCHAR NOT NULL,
  event_id VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  done_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  step INTEGER,
  text VARCHAR,
  details VARCHAR
);
