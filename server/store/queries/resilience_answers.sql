-- What stands of what people said of items: the newest of each pipeline and item; of two in one instant the one added last.
SELECT pipeline, item, max(at_ns) AS at_ns, arg_max(actor, (at_ns, rowid)) AS actor, arg_max(answer, (at_ns, rowid)) AS answer,
  arg_max(coalesce(note, ''), (at_ns, rowid)) AS note
FROM resilience_answers
GROUP BY pipeline, item
ORDER BY pipeline, item
LIMIT 10000
