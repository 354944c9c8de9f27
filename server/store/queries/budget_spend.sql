-- Spend by slot and by the scopes that it counts against: slot i begins at the i-th of `bounds` (ascending, whole quarters of
-- an hour) and ends at the next; the last of them ends the last slot. A line counts against a scope when it fulfils all of
-- its clauses. Lines that count against the same scopes are one row, `scopes` their numbers from 0: many budgets look at
-- the same few kinds of spend.
WITH bounds AS (
  SELECT slot - 1 AS slot, ns
  FROM (SELECT unnest($bounds::BIGINT[]) AS ns, generate_subscripts($bounds::BIGINT[], 1) AS slot)
),
clauses AS (
  SELECT
    unnest($clauseScopes::BIGINT[]) AS scope,
    unnest($clauseKeys::VARCHAR[]) AS key,
    unnest($clauseValues::VARCHAR[]) AS value
),
buckets AS (
  SELECT b.bucket_ns, s.slot
  FROM (
    SELECT DISTINCT bucket_ns FROM cost_rollup
    WHERE bucket_ns >= $first::BIGINT AND bucket_ns < $end::BIGINT
  ) AS b
  ASOF JOIN bounds AS s ON b.bucket_ns >= s.ns
),
sums AS MATERIALIZED (
  SELECT b.slot, r.pipeline, r.provider, r.model, r.team, r.environment, r.tags,
    sum(r.cost_nano) AS cost, sum(r.unpriced) AS unpriced, sum(r.lines) AS lines
  FROM cost_rollup AS r
  JOIN buckets AS b USING (bucket_ns)
  WHERE r.bucket_ns >= $first::BIGINT AND r.bucket_ns < $end::BIGINT
  GROUP BY ALL
),
-- Evaluated once: its numbers are used twice.
origins AS MATERIALIZED (
  SELECT row_number() OVER () AS origin, o.*
  FROM (SELECT DISTINCT pipeline, provider, model, team, environment, tags FROM sums) AS o
),
pairs AS (
  SELECT o.origin, c.scope, c.value AS wanted,
    CASE c.key
      WHEN 'pipeline' THEN o.pipeline
      WHEN 'provider' THEN o.provider
      WHEN 'model' THEN o.model
      WHEN 'team' THEN o.team
      WHEN 'environment' THEN o.environment
      -- A JSON pointer: the name after `tag.` as it is.
      ELSE json_extract_string(o.tags, '/' || replace(replace(substr(c.key, 5), '~', '~0'), '/', '~1'))
    END AS value
  FROM origins AS o
  CROSS JOIN clauses AS c
),
misses AS (
  SELECT DISTINCT origin, scope FROM pairs
  WHERE NOT coalesce(
    value = wanted OR (suffix(wanted, '*') AND starts_with(value, left(wanted, length(wanted) - 1))),
    false
  )
),
matches AS (
  SELECT o.origin, list(s.scope ORDER BY s.scope) AS scopes
  FROM origins AS o
  CROSS JOIN (SELECT unnest(range($scopes::BIGINT)) AS scope) AS s
  ANTI JOIN misses AS x ON x.origin = o.origin AND x.scope = s.scope
  GROUP BY o.origin
),
kinds AS (
  SELECT o.*, m.scopes, dense_rank() OVER (ORDER BY m.scopes) AS kind
  FROM matches AS m
  JOIN origins AS o ON o.origin = m.origin
)
SELECT
  -- As text: a list costs twenty times as much to bring over.
  array_to_string(any_value(k.scopes), ',') AS scopes,
  s.slot::BIGINT AS slot,
  sum(s.cost)::HUGEINT AS cost,
  sum(s.unpriced)::BIGINT AS unpriced,
  sum(s.lines)::BIGINT AS lines
FROM sums AS s
JOIN kinds AS k
  ON k.pipeline = s.pipeline
  AND k.provider IS NOT DISTINCT FROM s.provider
  AND k.model IS NOT DISTINCT FROM s.model
  AND k.team IS NOT DISTINCT FROM s.team
  AND k.environment IS NOT DISTINCT FROM s.environment
  AND k.tags IS NOT DISTINCT FROM s.tags
GROUP BY k.kind, s.slot
HAVING sum(s.lines) <> 0 OR sum(s.cost) <> 0
ORDER BY k.kind, s.slot
