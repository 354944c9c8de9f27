-- Works out anew what commits touched since the last time; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE settling_keys AS SELECT * FROM stale_batches;
CREATE OR REPLACE TEMP TABLE settling_batches AS
SELECT f.* FROM batch_facts AS f SEMI JOIN settling_keys AS k ON f.pipeline = k.pipeline AND f.batch_id = k.batch_id;
CREATE OR REPLACE TEMP TABLE settling_repeats AS
SELECT r.* FROM repeated_steps AS r SEMI JOIN settling_keys AS k ON r.pipeline = k.pipeline AND r.batch = k.batch_id;
DELETE FROM settled_batches AS s USING settling_keys AS k WHERE s.pipeline = k.pipeline AND s.batch_id = k.batch_id;
INSERT INTO settled_batches SELECT * FROM settling_batches;
DELETE FROM settled_repeats AS s USING settling_keys AS k WHERE s.pipeline = k.pipeline AND s.batch = k.batch_id;
INSERT INTO settled_repeats SELECT * FROM settling_repeats;
DELETE FROM unsettled;
DROP TABLE settling_keys;
DROP TABLE settling_batches;
DROP TABLE settling_repeats;
