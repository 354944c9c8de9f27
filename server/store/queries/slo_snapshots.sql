-- How an SLO stood, as it was shown then; newest first.
SELECT version, at_ns, good, total, facts
FROM slo_snapshots
WHERE slo = $name::VARCHAR AND at_ns >= $from::BIGINT AND at_ns < $to::BIGINT
ORDER BY at_ns DESC
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
