-- Spend in scope of hard budgets by quarter of an hour, each from the beginning of its window on. A row of the rollup counts
-- against a budget when it fulfils all of its clauses.
WITH budgets AS (
  SELECT unnest(range(len($sinces::BIGINT[]))) AS budget, unnest($sinces::BIGINT[]) AS since
),
clauses AS (
  SELECT
    unnest($clauseBudgets::BIGINT[]) AS budget,
    unnest($clauseKeys::VARCHAR[]) AS key,
    unnest($clauseValues::VARCHAR[]) AS value
),
origins AS MATERIALIZED (
  SELECT origin, pipeline, provider, model, team, environment, tags FROM cost_origins
),
misses AS (
  SELECT DISTINCT o.origin, c.budget
  FROM origins AS o
  CROSS JOIN clauses AS c
  WHERE NOT coalesce(scope_has(
    CASE c.key
      WHEN 'pipeline' THEN o.pipeline
      WHEN 'provider' THEN o.provider
      WHEN 'model' THEN o.model
      WHEN 'team' THEN o.team
      WHEN 'environment' THEN o.environment
      ELSE json_extract_string(o.tags, '/' || replace(replace(substr(c.key, 5), '~', '~0'), '/', '~1'))
    END,
    c.value
  ), false)
),
matches AS MATERIALIZED (
  SELECT o.origin, b.budget, b.since
  FROM origins AS o
  CROSS JOIN budgets AS b
  ANTI JOIN misses AS x ON x.origin = o.origin AND x.budget = b.budget
),
-- First by origin: one counts against many budgets.
sums AS (
  SELECT bucket_ns, origin, sum(cost_nano) AS cost
  FROM cost_quarters
  WHERE bucket_ns >= $first::BIGINT
  GROUP BY bucket_ns, origin
)
SELECT m.budget::BIGINT AS budget, s.bucket_ns, sum(s.cost)::HUGEINT AS cost
FROM sums AS s
JOIN matches AS m ON m.origin = s.origin
WHERE s.bucket_ns >= m.since
GROUP BY m.budget, s.bucket_ns
HAVING sum(s.cost) <> 0
