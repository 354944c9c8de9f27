-- What pipelines spent in stretches of whole minutes, in the order of the stretches. NULL: not known, since a line has no
-- price, a run that was open then has gone silent, or nothing was ever heard of the pipeline.
WITH stretches AS (
  SELECT unnest($pipelines::VARCHAR[]) AS pipeline, unnest($firsts::BIGINT[]) AS first_ns,
    generate_subscripts($firsts::BIGINT[], 1) AS place
),
minutes AS (
  SELECT DISTINCT pipeline, first_ns, first_ns // 60000000000 + unnest(range($minutes::BIGINT)) AS minute FROM stretches
),
lines AS (
  SELECT pipeline, start_ns // 60000000000 AS minute, sum(cost_nano) AS cost, bool_or(cost_nano IS NULL) AS unpriced
  FROM bill_lines
  WHERE excluded IS NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
    AND pipeline IN (SELECT pipeline FROM stretches)
  GROUP BY ALL
),
sums AS (
  SELECT m.pipeline, m.first_ns, sum(l.cost) AS cost, bool_or(l.unpriced) AS unpriced
  FROM minutes AS m
  JOIN lines AS l ON l.pipeline = m.pipeline AND l.minute = m.minute
  GROUP BY ALL
),
-- Runs that began at most a day before.
runs AS (
  SELECT s.pipeline, s.first_ns, r.run_id, max(r.end_ns) FILTER (r.is_run) AS end_ns, max(r.received_ns) AS last_sign_ns
  FROM (SELECT DISTINCT pipeline, first_ns FROM stretches) AS s
  JOIN run_summary AS r
    ON r.pipeline = s.pipeline
    AND r.start_ns >= s.first_ns - 86400000000000
    AND r.start_ns < s.first_ns + $minutes::BIGINT * 60000000000
  GROUP BY ALL
),
silent AS (
  SELECT DISTINCT pipeline, first_ns
  FROM runs
  WHERE end_ns IS NULL AND last_sign_ns < first_ns + $minutes::BIGINT * 60000000000
),
heard AS (
  SELECT pipeline, min(start_ns) AS start_ns FROM run_summary
  WHERE pipeline IN (SELECT pipeline FROM stretches)
  GROUP BY pipeline
)
SELECT
  CASE
    WHEN q.pipeline IS NOT NULL OR c.unpriced THEN NULL
    WHEN c.pipeline IS NOT NULL THEN c.cost
    WHEN h.start_ns < s.first_ns + $minutes::BIGINT * 60000000000 THEN 0
  END::HUGEINT AS cost
FROM stretches AS s
LEFT JOIN sums AS c ON c.pipeline = s.pipeline AND c.first_ns = s.first_ns
LEFT JOIN silent AS q ON q.pipeline = s.pipeline AND q.first_ns = s.first_ns
LEFT JOIN heard AS h ON h.pipeline = s.pipeline
ORDER BY s.place
