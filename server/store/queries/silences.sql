-- Silences: those in force or ahead first, the newest first.
SELECT *, count(*) OVER () AS matching
FROM silences
ORDER BY removed_ns IS NOT NULL OR to_ns <= $at::BIGINT, created_ns DESC, silence_id
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
