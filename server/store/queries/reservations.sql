-- Reservations of a state or stage (open, ended), a pipeline and a hard budget that it was granted in, newest first; '': any.
WITH page AS MATERIALIZED (
  SELECT *
  FROM reservations
  WHERE ($state::VARCHAR IN ('', state, if(ended_ns IS NULL, 'open', 'ended')))
    AND ($budget::VARCHAR = '' OR list_contains(json_extract_string(first_facts, '$.budgets[*].id'), $budget::VARCHAR))
    AND ($pipeline::VARCHAR = '' OR json_extract_string(first_facts, '/origin/pipeline') = $pipeline::VARCHAR)
  ORDER BY first_seq DESC
  LIMIT $limit::BIGINT OFFSET $offset::BIGINT
)
SELECT r.*, coalesce(t.telemetry_nano, 0)::BIGINT AS telemetry_nano
FROM page AS r
LEFT JOIN reservation_telemetry((SELECT coalesce(list(reservation_id), []::VARCHAR[]) FROM page)) AS t
  USING (reservation_id)
ORDER BY r.first_seq DESC
