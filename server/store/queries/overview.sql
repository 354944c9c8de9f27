-- What the Overview says of batches in [from, to) and, for comparison, in [before, from): a row a pipeline (`kind`
-- 'pipeline'), and a row for each of the newest batches that cost more than the usual (`kind` 'alert'). Money as text.
WITH listed AS MATERIALIZED (
  SELECT *,
    total / nullif(coalesce(rows_in, rows_out), 0)::DOUBLE AS nano_per_row,
    coalesce(rows_in, rows_out, 0) AS told_rows,
    row_number() OVER (PARTITION BY pipeline, shared ORDER BY start_ns, batch_id) AS place
  FROM batch_facts
),
present AS MATERIALIZED (
  SELECT *, row_number() OVER (PARTITION BY pipeline, shared ORDER BY start_ns DESC, batch_id DESC) AS newness
  FROM listed
  WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
),
earlier AS (
  SELECT pipeline,
    count(*) FILTER (NOT shared) AS batches,
    coalesce(sum(total) FILTER (told_rows > 0), 0) AS told_total,
    coalesce(sum(told_rows), 0) AS told_rows
  FROM listed
  WHERE start_ns >= $before::BIGINT AND start_ns < $from::BIGINT
  GROUP BY pipeline
),
sums AS (
  SELECT pipeline,
    count(*) FILTER (NOT shared) AS batches,
    sum(total) AS total, sum(compute) AS compute, sum(model_cost) AS model_cost, sum(waste) AS waste,
    sum(failure) AS failure, sum(unpriced)::BIGINT AS unpriced,
    coalesce(sum(total) FILTER (told_rows > 0), 0) AS told_total,
    coalesce(sum(told_rows), 0) AS told_rows
  FROM present
  GROUP BY pipeline
),
runs AS (
  SELECT pipeline, count(DISTINCT run_id) AS runs
  FROM (SELECT pipeline, unnest(run_ids) AS run_id FROM present)
  GROUP BY pipeline
),
newest AS (
  SELECT pipeline,
    to_json(list({
      'batch_id': batch_id, 'shared': shared, 'start_ns': start_ns::VARCHAR, 'total': total::VARCHAR, 'run_list': run_list
    } ORDER BY shared, start_ns DESC, batch_id DESC))::VARCHAR AS recent
  FROM present
  WHERE newness <= $recent::BIGINT
  GROUP BY pipeline
),
-- A batch too cheap to matter is nobody's business, whatever its ratio.
candidates AS (
  SELECT * FROM present WHERE total >= $costMin::HUGEINT AND nano_per_row IS NOT NULL
),
above AS (
  SELECT c.pipeline, c.batch_id, c.start_ns, c.end_ns, c.total, c.nano_per_row / median(l.nano_per_row) AS ratio
  FROM candidates AS c
  JOIN listed AS l
    ON l.pipeline = c.pipeline AND l.shared = c.shared AND l.place >= c.place - 8 AND l.place < c.place
  GROUP BY c.pipeline, c.batch_id, c.shared, c.start_ns, c.end_ns, c.total, c.nano_per_row
  HAVING count(*) >= $batchesMin::BIGINT AND median(l.nano_per_row) > 0
    AND c.nano_per_row / median(l.nano_per_row) > $ratioMax::DOUBLE
)
SELECT * FROM (
  SELECT 'pipeline' AS kind, coalesce(s.pipeline, e.pipeline) AS pipeline, to_json({
    'batches': coalesce(s.batches, 0)::VARCHAR, 'runs': coalesce(r.runs, 0)::VARCHAR,
    'total': s.total::VARCHAR, 'compute': s.compute::VARCHAR, 'model_cost': s.model_cost::VARCHAR,
    'waste': s.waste::VARCHAR, 'failure': s.failure::VARCHAR, 'unpriced': s.unpriced::VARCHAR,
    'told_total': s.told_total::VARCHAR, 'told_rows': s.told_rows::VARCHAR,
    'batches_before': coalesce(e.batches, 0)::VARCHAR, 'told_total_before': coalesce(e.told_total, 0)::VARCHAR,
    'told_rows_before': coalesce(e.told_rows, 0)::VARCHAR, 'recent': n.recent
  })::VARCHAR AS facts
  FROM sums AS s
  FULL JOIN earlier AS e ON e.pipeline = s.pipeline
  LEFT JOIN runs AS r ON r.pipeline = s.pipeline
  LEFT JOIN newest AS n ON n.pipeline = s.pipeline
  ORDER BY s.total DESC NULLS LAST, 2
)
UNION ALL
SELECT * FROM (
  SELECT 'alert', pipeline, to_json({
    'batch_id': batch_id, 'since_ns': coalesce(end_ns, start_ns)::VARCHAR, 'total': total::VARCHAR, 'ratio': ratio
  })::VARCHAR
  FROM above
  ORDER BY start_ns DESC, pipeline, batch_id
  LIMIT $alerts::BIGINT
)
