-- What each model did in a range (`period` 0) and in the one that it is compared with (1). Rows are those of the batches
-- with selected lines that began in the range; `untold` counts the batches among them that tell none.
WITH facts AS (
  SELECT 0 AS period, *
  FROM keyed_facts(
    $from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR
  )
  UNION ALL
  SELECT 1 AS period, *
  FROM keyed_facts(
    $previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR
  )
),
grouped AS (
  SELECT period, kind, provider, model, pipeline, batch_id, shared, sum(lines) AS lines, sum(tokens) AS tokens,
    sum(cost_nano) AS cost, sum(waste_nano + failure_nano) AS lost, sum(unpriced) AS unpriced
  FROM facts
  GROUP BY ALL
),
batches AS (
  SELECT g.period, g.pipeline, g.batch_id, any_value(coalesce(b.rows_in, b.rows_out)) AS rows_told
  FROM grouped AS g
  JOIN batch_facts AS b ON b.pipeline = g.pipeline AND b.batch_id = g.batch_id AND NOT b.shared
  WHERE NOT g.shared AND g.lines <> 0
    AND CASE g.period
      WHEN 0 THEN b.start_ns >= $from::BIGINT AND b.start_ns < $to::BIGINT
      ELSE b.start_ns >= $previousFrom::BIGINT AND b.start_ns < $previousTo::BIGINT
    END
  GROUP BY ALL
)
SELECT period, 'model' AS what, kind, provider, model, sum(lines)::BIGINT AS lines, sum(tokens)::BIGINT AS tokens,
  sum(cost) AS cost, sum(lost) AS lost, sum(unpriced)::BIGINT AS unpriced
FROM grouped
GROUP BY period, kind, provider, model
HAVING sum(lines) <> 0
UNION ALL
SELECT period, 'rows', NULL, NULL, NULL, count(*) FILTER (rows_told IS NULL), sum(rows_told)::BIGINT, NULL, NULL, NULL
FROM batches
GROUP BY period
