-- Every schedule that a pipeline ever had; NULL: it has none any more. What was expected at an instant is what the schedule
-- of then said: an edited one expects nothing of the past.
CREATE TABLE schedule_versions (
  pipeline VARCHAR NOT NULL,
  definition VARCHAR,
  from_ns BIGINT NOT NULL
);
