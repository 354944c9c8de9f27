-- Batches whose lines cost something else by now.
INSERT INTO unsettled
SELECT DISTINCT pipeline, run_id, batch FROM restated
EXCEPT
SELECT pipeline, run_id, batch FROM unsettled
