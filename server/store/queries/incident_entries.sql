-- An incident's timeline, the first entry first.
SELECT * FROM incident_entries
WHERE incident_id = $id::VARCHAR
ORDER BY at_ns, length(entry_id), entry_id
LIMIT 2000
