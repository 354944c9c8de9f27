-- What people said of items of the resilience checklist that no telemetry can say. Only ever added to: the newest of a
-- pipeline and item stands.
CREATE TABLE resilience_answers (
  pipeline VARCHAR NOT NULL,
  item VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  answer VARCHAR NOT NULL,
  note VARCHAR
);
