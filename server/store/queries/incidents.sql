-- Incidents: open ones first, the newest first.
SELECT *, count(*) OVER () AS matching
FROM incidents
WHERE ($states::VARCHAR[] = [''] OR list_contains($states::VARCHAR[], state))
  AND ($pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR)
ORDER BY state = 'closed', opened_ns DESC, incident_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
