-- Every change of every reservation, appended; the greatest seq decides. Few columns, since each costs a grant 0.1 ms: the
-- JSON of a reservation's first row has what never changes, that of its last row all that does.
CREATE TABLE reservation_changes (
  seq BIGINT NOT NULL,
  reservation_id VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  ended BOOLEAN NOT NULL,
  facts VARCHAR NOT NULL
);

-- Reservations by id: their first and their last facts. (A macro looks where its caller is, hence the whole name.)
CREATE MACRO reservations_of(ids) AS TABLE
SELECT
  reservation_id,
  min(seq) AS first_seq,
  arg_max(state, seq) AS state,
  arg_min(facts, seq) AS first_facts,
  arg_max(facts, seq) AS last_facts
FROM holds.reservation_changes
WHERE list_contains(ids, reservation_id)
GROUP BY reservation_id;
