-- All that people said of one item of a pipeline, newest first.
SELECT at_ns, actor, answer, note, count(*) OVER () AS matching
FROM resilience_answers
WHERE pipeline = $pipeline AND item = $item
ORDER BY at_ns DESC, rowid DESC
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
