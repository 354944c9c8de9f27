-- Attempts with copied lines that cost something else by now.
INSERT INTO unsettled_tries
SELECT r.attempt_key, min(r.start_ns)
FROM restated AS r
SEMI JOIN settled_tries AS s ON s.attempt_key = r.attempt_key
GROUP BY r.attempt_key
