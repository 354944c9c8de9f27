-- Alerts: those that fire before the others, pages before tickets, the newest change first.
SELECT *, count(*) OVER () AS matching
FROM alerts
WHERE ($states::VARCHAR[] = [''] OR list_contains($states::VARCHAR[], state))
  AND ($severity::VARCHAR IS NULL OR severity = $severity::VARCHAR)
  AND ($name::VARCHAR IS NULL OR name = $name::VARCHAR)
  AND ($pipeline::VARCHAR IS NULL OR json_extract_string(subject, '$.pipeline') = $pipeline::VARCHAR)
  AND ($incident::VARCHAR IS NULL OR incident_id = $incident::VARCHAR)
  AND ($from::BIGINT IS NULL OR coalesce(resolved_ns, $now::BIGINT) >= $from::BIGINT)
  AND ($to::BIGINT IS NULL OR started_ns < $to::BIGINT)
ORDER BY
  CASE state WHEN 'firing' THEN 0 WHEN 'frozen' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END,
  severity, changed_ns DESC, alert_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
