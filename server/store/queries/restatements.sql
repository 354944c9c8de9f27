-- Restatements, newest first, or one of them.
SELECT *, count(*) OVER () AS matching
FROM restatements
WHERE $restatement::INTEGER IS NULL OR restatement = $restatement::INTEGER
ORDER BY restatement DESC
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
