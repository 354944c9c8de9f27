-- Reservations of a state or stage (open, ended), a pipeline and a hard budget that it was granted in, newest first; '': any.
WITH states AS (
  SELECT reservation_id, arg_max(state, seq) AS state, arg_max(ended, seq) AS ended, min(seq) AS first, arg_min(facts, seq) AS facts
  FROM holds.reservation_changes
  GROUP BY reservation_id
),
page AS (
  SELECT coalesce(list(reservation_id), []::VARCHAR[]) AS ids
  FROM (
    SELECT reservation_id FROM states
    WHERE ($state::VARCHAR IN ('', state, if(ended, 'ended', 'open')))
      AND ($budget::VARCHAR = '' OR list_contains(json_extract_string(facts, '$.budgets[*].id'), $budget::VARCHAR))
      AND ($pipeline::VARCHAR = '' OR json_extract_string(facts, '/origin/pipeline') = $pipeline::VARCHAR)
    ORDER BY first DESC
    LIMIT $limit::BIGINT OFFSET $offset::BIGINT
  )
)
SELECT r.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM holds.reservations_of((SELECT ids FROM page)) AS r
LEFT JOIN reservation_telemetry((SELECT ids FROM page)) AS t USING (reservation_id)
ORDER BY r.first_seq DESC
