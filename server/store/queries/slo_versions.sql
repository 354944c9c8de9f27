-- All definitions of an SLO, newest first.
SELECT version, definition, from_ns, actor, reason
FROM slo_versions
WHERE slo = $name::VARCHAR
ORDER BY version DESC
