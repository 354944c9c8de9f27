-- The rows of `stale_place_facts`: what is known by now of the places that are not settled, or not as they stand. Of batches only
-- what is asked of places is worked out: to plan all of `batch_facts` takes longer than this.
WITH keys AS MATERIALIZED (
  SELECT * FROM stale_batches
),
stale AS MATERIALIZED (
  SELECT p.place, p.pipeline, p.run_id, p.batch,
    coalesce(p.batch, CASE WHEN r.batches = 1 THEN r.only_batch END, p.run_id) AS batch_id,
    coalesce(r.batches, 0) > 1 AS shared
  FROM stale_cost_places AS p
  LEFT JOIN run_batches AS r ON r.run_id = CASE WHEN p.batch IS NULL THEN p.run_id END AND r.pipeline = p.pipeline
),
repeats AS (
  SELECT pipeline, batch, run_id, list(step) AS steps FROM repeated_steps GROUP BY pipeline, batch, run_id
),
wanted AS (
  SELECT s.pipeline, s.run_id
  FROM run_summary AS s
  SEMI JOIN keys AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch
  UNION
  SELECT pipeline, batch_id FROM keys
),
parts AS MATERIALIZED (
  SELECT s.* FROM run_summary AS s SEMI JOIN wanted AS r ON r.pipeline = s.pipeline AND r.run_id = s.run_id
),
naming AS (
  SELECT pipeline, run_id, count(DISTINCT batch) AS batches, min(batch) AS only_batch FROM parts GROUP BY pipeline, run_id
),
placed AS (
  SELECT p.*, coalesce(p.batch, CASE WHEN n.batches = 1 THEN n.only_batch END, p.run_id) AS batch_id
  FROM parts AS p
  JOIN naming AS n ON n.pipeline = p.pipeline AND n.run_id = p.run_id
  WHERE p.batch IS NOT NULL OR n.batches <= 1
),
batches AS (
  SELECT pipeline, batch_id, start_ns, rows_in, rows_out
  FROM settled_batches AS s
  ANTI JOIN keys AS k ON k.pipeline = s.pipeline AND k.batch_id = s.batch_id
  WHERE NOT shared
  UNION ALL
  SELECT p.pipeline, p.batch_id, min(start_ns),
    coalesce(
      max(rows_in) FILTER (is_run OR is_batch),
      arg_min(rows_in, rows_in_ns) FILTER (is_step AND rows_in IS NOT NULL)
    ),
    coalesce(
      max(rows_out) FILTER (is_run OR is_batch),
      arg_max(rows_out, rows_out_ns) FILTER (is_step AND rows_out IS NOT NULL)
    )
  FROM placed AS p
  SEMI JOIN keys AS k ON k.pipeline = p.pipeline AND k.batch_id = p.batch_id
  GROUP BY p.pipeline, p.batch_id
)
SELECT s.place, s.batch_id,
  CASE WHEN NOT s.shared THEN text_key(key_part(s.pipeline) || key_part(s.batch_id)) END AS batch_key,
  r.steps AS repeated, b.start_ns, coalesce(b.rows_in, b.rows_out) AS rows_in, b.rows_out
FROM stale AS s
LEFT JOIN repeats AS r ON r.pipeline = s.pipeline AND r.batch = s.batch AND r.run_id = s.run_id
LEFT JOIN batches AS b ON b.pipeline = s.pipeline AND b.batch_id = s.batch_id AND NOT s.shared
