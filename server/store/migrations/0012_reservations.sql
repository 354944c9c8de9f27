-- Reservations, a row each. Changes come from their journal a few seconds late (`HoldLog`): who asks here has them
-- brought over first.
CREATE TABLE reservations (
  reservation_id VARCHAR NOT NULL,
  -- Of its grant, and of its newest change: all changes are counted through.
  first_seq BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  state VARCHAR NOT NULL,
  ended_ns BIGINT,
  -- JSON: what never changes, and what does.
  first_facts VARCHAR NOT NULL,
  last_facts VARCHAR NOT NULL
);
