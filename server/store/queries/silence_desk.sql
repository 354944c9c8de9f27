-- Silences that are in force or ahead.
SELECT * FROM silences
WHERE removed_ns IS NULL AND to_ns > $at::BIGINT
ORDER BY from_ns, silence_id
LIMIT 20000
