-- What each model did in a range (`period` 0) and in the one that it is compared with (1). Rows are those of the batches
-- with selected lines that began in the range; `untold` counts the batches among them that tell none.
WITH origins AS MATERIALIZED (
  SELECT origin, step, kind, provider, model
  FROM keyed_origins(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR
  )
),
places AS MATERIALIZED (
  SELECT place, batch_key, repeated, start_ns, rows_in
  FROM keyed_places($patterns::VARCHAR[], NULL::VARCHAR, NULL::VARCHAR)
),
facts AS NOT MATERIALIZED (
  SELECT 0 AS period, * FROM quarter_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  UNION ALL
  SELECT 1 AS period, *
  FROM quarter_facts(
    $previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT
  )
),
found AS (
  SELECT period, origin, sum(lines) AS lines, sum(tokens) AS tokens, sum(cost_nano) AS cost,
    sum(waste_nano + failure_nano) AS lost, sum(unpriced) AS unpriced
  FROM facts
  SEMI JOIN places ON places.place = facts.place
  GROUP BY period, origin
  UNION ALL
  -- Steps that a later run repeated are waste as a whole.
  SELECT f.period, f.origin, 0, 0, 0, sum(f.cost_nano - f.waste_nano - f.failure_nano), 0
  FROM facts AS f
  JOIN (SELECT place, unnest(repeated) AS step FROM places WHERE repeated IS NOT NULL) AS p ON p.place = f.place
  JOIN origins AS o ON o.origin = f.origin AND o.step = p.step
  GROUP BY f.period, f.origin
),
-- Of a batch above several `batch_key` is null; who tells no start has none.
batches AS (
  SELECT f.period, p.batch_key, any_value(p.rows_in) AS rows_told
  FROM facts AS f
  JOIN (SELECT place, batch_key, start_ns, rows_in FROM places WHERE batch_key IS NOT NULL AND start_ns IS NOT NULL) AS p
    ON p.place = f.place
  SEMI JOIN origins AS o ON o.origin = f.origin
  WHERE CASE f.period
      WHEN 0 THEN p.start_ns >= $from::BIGINT AND p.start_ns < $to::BIGINT
      ELSE p.start_ns >= $previousFrom::BIGINT AND p.start_ns < $previousTo::BIGINT
    END
  GROUP BY f.period, p.batch_key
  HAVING sum(f.lines) <> 0
)
SELECT f.period, 'model' AS what, o.kind, o.provider, o.model, sum(f.lines)::BIGINT AS lines, sum(f.tokens)::BIGINT AS tokens,
  sum(f.cost) AS cost, sum(f.lost) AS lost, sum(f.unpriced)::BIGINT AS unpriced
FROM found AS f
JOIN origins AS o ON o.origin = f.origin
GROUP BY f.period, o.kind, o.provider, o.model
HAVING sum(f.lines) <> 0
UNION ALL
SELECT period, 'rows', NULL, NULL, NULL, count(*) FILTER (rows_told IS NULL), sum(rows_told)::BIGINT, NULL, NULL, NULL
FROM batches
GROUP BY period
