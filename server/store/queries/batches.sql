-- Batches with what their runs and lines say, and how each compares with the eight before it in its pipeline. Shared cost
-- of a run above several batches is a row of its own, named by the run.
WITH placed AS (
  SELECT
    a.pipeline, a.run_id, a.start_ns, a.end_ns, a.received_ns, a.rows_in, a.rows_in_ns, a.rows_out, a.rows_out_ns,
    a.rows_failed, a.is_step, a.is_run, a.is_batch, a.event,
    coalesce(a.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, a.run_id) AS batch_id,
    a.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared
  FROM run_summary AS a
  LEFT JOIN run_batches AS b ON b.pipeline = a.pipeline AND b.run_id = a.run_id
  WHERE $pipeline::VARCHAR IS NULL OR a.pipeline = $pipeline::VARCHAR
),
-- Rows come from the batch's own run or batch span, else from its first and last steps.
found AS (
  SELECT
    pipeline, batch_id, shared,
    min(start_ns) AS start_ns,
    max(end_ns) FILTER (event IS NULL) AS end_ns,
    max(received_ns) AS received_ns,
    list(DISTINCT run_id) AS run_ids,
    coalesce(
      max(rows_in) FILTER (is_run OR is_batch),
      arg_min(rows_in, rows_in_ns) FILTER (is_step AND rows_in IS NOT NULL)
    ) AS rows_in,
    coalesce(
      max(rows_out) FILTER (is_run OR is_batch),
      arg_max(rows_out, rows_out_ns) FILTER (is_step AND rows_out IS NOT NULL)
    ) AS rows_out,
    coalesce(max(rows_failed) FILTER (is_run OR is_batch), sum(rows_failed) FILTER (is_step))::BIGINT AS rows_failed
  FROM placed
  GROUP BY pipeline, batch_id, shared
),
repeated AS MATERIALIZED (
  SELECT * FROM repeated_steps
),
-- What the steps that a later run repeated add to the waste.
repeated_cost AS (
  SELECT r.pipeline, r.run_id, r.batch, sum(r.cost_nano - r.waste_nano) AS waste, sum(r.failure_nano) AS failure
  FROM cost_rollup AS r
  SEMI JOIN repeated AS s
    ON s.pipeline = r.pipeline AND s.run_id = r.run_id AND s.batch = r.batch AND s.step = r.step
  GROUP BY ALL
),
run_money AS (
  SELECT pipeline, run_id, batch,
    sum(cost_nano) AS total,
    coalesce(sum(cost_nano) FILTER (kind = 'compute'), 0) AS compute,
    coalesce(sum(cost_nano) FILTER (kind = 'model'), 0) AS model_cost,
    sum(waste_nano) AS waste,
    sum(failure_nano) AS failure,
    sum(unpriced)::BIGINT AS unpriced
  FROM cost_rollup
  WHERE $pipeline::VARCHAR IS NULL OR pipeline = $pipeline::VARCHAR
  GROUP BY pipeline, run_id, batch
  HAVING sum(lines) > 0 OR sum(excluded) > 0
),
money AS (
  SELECT
    m.pipeline,
    coalesce(m.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, m.run_id) AS batch_id,
    m.batch IS NULL AND coalesce(b.batches, 0) > 1 AS shared,
    sum(m.total) AS total,
    sum(m.compute) AS compute,
    sum(m.model_cost) AS model_cost,
    sum(m.waste + coalesce(s.waste, 0)) AS waste,
    sum(m.failure - coalesce(s.failure, 0)) AS failure,
    sum(m.unpriced)::BIGINT AS unpriced
  FROM run_money AS m
  LEFT JOIN run_batches AS b ON b.pipeline = m.pipeline AND b.run_id = m.run_id
  LEFT JOIN repeated_cost AS s ON s.pipeline = m.pipeline AND s.run_id = m.run_id AND s.batch = m.batch
  GROUP BY 1, 2, 3
),
joined AS (
  SELECT f.*,
    coalesce(m.total, 0) AS total, coalesce(m.compute, 0) AS compute, coalesce(m.model_cost, 0) AS model_cost,
    coalesce(m.waste, 0) AS waste, coalesce(m.failure, 0) AS failure, coalesce(m.unpriced, 0) AS unpriced,
    m.pipeline IS NOT NULL AS has_lines,
    -- A ratio for comparison, never part of a sum; a lower bound while something is unpriced.
    m.total / nullif(coalesce(f.rows_in, f.rows_out), 0)::DOUBLE AS nano_per_row
  FROM found AS f
  LEFT JOIN money AS m ON m.pipeline = f.pipeline AND m.batch_id = f.batch_id AND m.shared = f.shared
),
listed AS (
  SELECT *, row_number() OVER (PARTITION BY pipeline, shared ORDER BY start_ns, batch_id) AS place
  FROM joined
  -- A run above several batches is listed only for what it cost there.
  WHERE NOT shared OR has_lines
),
page AS (
  SELECT *,
    CASE $sort::VARCHAR
      WHEN 'cost' THEN total::DOUBLE
      WHEN 'usdPer1kRows' THEN coalesce(nano_per_row, -1)
      WHEN 'duration' THEN (coalesce(end_ns, start_ns) - start_ns)::DOUBLE
      ELSE start_ns::DOUBLE
    END AS sort_value,
    count(*) OVER () AS matching
  FROM listed
  WHERE ($from::BIGINT IS NULL OR start_ns >= $from::BIGINT)
    AND ($to::BIGINT IS NULL OR start_ns < $to::BIGINT)
    AND ($batch::VARCHAR IS NULL OR batch_id = $batch::VARCHAR)
  ORDER BY
    CASE WHEN $descending::BOOLEAN THEN sort_value END DESC,
    CASE WHEN NOT $descending::BOOLEAN THEN sort_value END ASC,
    pipeline, batch_id
  LIMIT $limit::BIGINT OFFSET $offset::BIGINT
),
runs AS (
  SELECT p.pipeline, p.batch_id, p.shared,
    count(*) AS runs,
    to_json(list({
      'run_id': r.run_id, 'start_ns': r.start_ns::VARCHAR, 'end_ns': r.end_ns::VARCHAR, 'outcome': r.outcome, 'failed': r.failed,
      'ended': r.ended, 'announced': r.announced, 'unrooted': r.unrooted, 'last_sign_ns': r.last_sign_ns::VARCHAR,
      'run_kind': r.run_kind, 'sampled': r.sampled
    } ORDER BY r.start_ns, r.run_id)) AS run_list
  FROM (SELECT pipeline, batch_id, shared, unnest(run_ids) AS run_id FROM page) AS p
  JOIN run_facts AS r ON r.pipeline = p.pipeline AND r.run_id = p.run_id
  GROUP BY p.pipeline, p.batch_id, p.shared
),
before AS (
  SELECT p.pipeline, p.batch_id, p.shared,
    median(l.nano_per_row) AS median_nano_per_row,
    median(l.total) AS median_total,
    median(l.end_ns - l.start_ns) AS median_duration_ns,
    count(*) AS batches_before
  FROM page AS p
  JOIN listed AS l
    ON l.pipeline = p.pipeline AND l.shared = p.shared AND l.place >= p.place - 8 AND l.place < p.place
  GROUP BY p.pipeline, p.batch_id, p.shared
)
SELECT p.* EXCLUDE (run_ids, has_lines, sort_value, place), r.runs, r.run_list,
  b.median_nano_per_row, b.median_total, b.median_duration_ns, coalesce(b.batches_before, 0) AS batches_before
FROM page AS p
JOIN runs AS r ON r.pipeline = p.pipeline AND r.batch_id = p.batch_id AND r.shared = p.shared
LEFT JOIN before AS b ON b.pipeline = p.pipeline AND b.batch_id = p.batch_id AND b.shared = p.shared
ORDER BY
  CASE WHEN $descending::BOOLEAN THEN p.sort_value END DESC,
  CASE WHEN NOT $descending::BOOLEAN THEN p.sort_value END ASC,
  p.pipeline, p.batch_id
