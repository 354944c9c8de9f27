-- Puts the copies in place; run inside a transaction of the writer.
DELETE FROM settled_tries AS s USING settling_operations AS o WHERE s.operation_key = o.operation_key;
INSERT INTO settled_tries SELECT * FROM settling_tries;
DELETE FROM settled_try_lines AS s USING settling_attempts AS k WHERE s.attempt_key = k.attempt_key;
INSERT INTO settled_try_lines SELECT * FROM settling_lines;
DELETE FROM unsettled_operations;
DELETE FROM unsettled_tries;
