-- What questions about retries are asked from, besides the copies; each connection that asks has its own. Filled for a
-- question where there is something to fill in, as `retry_state.sql` tells; else nobody reads what they hold.

-- What of the copies of attempts and of the lines under them holds no more, as it stands in this snapshot.
CREATE TEMP TABLE fresh_tries AS SELECT * FROM settled_tries LIMIT 0;
CREATE TEMP TABLE fresh_try_lines AS SELECT * FROM settled_try_lines LIMIT 0;
CREATE TEMP TABLE stale_try_keys AS SELECT attempt_key FROM settled_try_lines LIMIT 0;

-- The nearest attempt around one that succeeded, which was lost itself.
CREATE TEMP TABLE lost_fates (attempt_key UBIGINT NOT NULL, fate_key UBIGINT NOT NULL);
-- Operations with an attempt around them, or around others.
CREATE TEMP TABLE tangled_operations AS SELECT operation_key FROM settled_tries LIMIT 0;
-- Attempts of those of them that another policy may change, with the cost of each (null: unknown).
CREATE TEMP TABLE nested_attempts AS SELECT *, NULL::HUGEINT AS cost FROM settled_tries LIMIT 0;

-- As the views `retried_attempts` and `retried_lines`. A constant `noted` leaves one branch, and its size known: guessed too
-- low, the wrong side of a join is put into its hash table.
CREATE TEMP MACRO current_tries(noted) AS TABLE
SELECT * FROM settled_tries WHERE NOT noted
UNION ALL
SELECT * FROM settled_tries WHERE noted AND operation_key NOT IN (SELECT operation_key FROM unsettled_operations)
UNION ALL
SELECT * FROM fresh_tries WHERE noted;
CREATE TEMP MACRO current_try_lines(noted) AS TABLE
SELECT * FROM settled_try_lines WHERE NOT noted
UNION ALL
SELECT * FROM settled_try_lines WHERE noted AND attempt_key NOT IN (SELECT attempt_key FROM stale_try_keys)
UNION ALL
SELECT * FROM fresh_try_lines WHERE noted;
