-- Works out anew what commits touched since the last time; run inside a transaction of the writer.
CREATE OR REPLACE TEMP TABLE settling_keys AS SELECT * FROM stale_batches;
CREATE OR REPLACE TEMP TABLE settling_places AS SELECT * FROM stale_cost_places;
CREATE OR REPLACE TEMP TABLE settling_batches AS
SELECT f.* FROM batch_facts AS f SEMI JOIN settling_keys AS k ON f.pipeline = k.pipeline AND f.batch_id = k.batch_id;
CREATE OR REPLACE TEMP TABLE settling_repeats AS
SELECT r.* FROM repeated_steps AS r SEMI JOIN settling_keys AS k ON r.pipeline = k.pipeline AND r.batch = k.batch_id;
DELETE FROM settled_batches AS s USING settling_keys AS k WHERE s.pipeline = k.pipeline AND s.batch_id = k.batch_id;
INSERT INTO settled_batches SELECT * FROM settling_batches;
DELETE FROM settled_repeats AS s USING settling_keys AS k WHERE s.pipeline = k.pipeline AND s.batch = k.batch_id;
INSERT INTO settled_repeats SELECT * FROM settling_repeats;
-- The same as `stale_place_facts`, from what is settled by now.
DELETE FROM settled_places WHERE place IN (SELECT place FROM settling_places);
INSERT INTO settled_places
WITH naming AS (
  SELECT s.pipeline, s.run_id, count(DISTINCT s.batch) AS batches, min(s.batch) AS only_batch
  FROM run_summary AS s
  SEMI JOIN (SELECT pipeline, run_id FROM settling_places WHERE batch IS NULL) AS p
    ON p.pipeline = s.pipeline AND p.run_id = s.run_id
  WHERE s.batch IS NOT NULL
  GROUP BY s.pipeline, s.run_id
),
placed AS (
  SELECT p.place, p.pipeline, p.run_id, p.batch,
    coalesce(p.batch, CASE WHEN n.batches = 1 THEN n.only_batch END, p.run_id) AS batch_id,
    p.batch IS NULL AND coalesce(n.batches, 0) > 1 AS shared
  FROM settling_places AS p
  LEFT JOIN naming AS n ON n.pipeline = p.pipeline AND n.run_id = p.run_id
),
repeats AS (
  SELECT r.pipeline, r.batch, r.run_id, list(r.step) AS steps
  FROM settled_repeats AS r
  SEMI JOIN settling_places AS p ON p.pipeline = r.pipeline AND p.run_id = r.run_id AND p.batch = r.batch
  GROUP BY r.pipeline, r.batch, r.run_id
)
SELECT p.place, p.pipeline, p.run_id, p.batch_id,
  CASE WHEN NOT p.shared THEN text_key(key_part(p.pipeline) || key_part(p.batch_id)) END,
  r.steps, b.start_ns, coalesce(b.rows_in, b.rows_out), b.rows_out
FROM placed AS p
LEFT JOIN repeats AS r ON r.pipeline = p.pipeline AND r.batch = p.batch AND r.run_id = p.run_id
LEFT JOIN settled_batches AS b ON b.pipeline = p.pipeline AND b.batch_id = p.batch_id AND NOT b.shared AND NOT p.shared;
DELETE FROM unsettled;
