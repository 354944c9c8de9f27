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
buckets AS MATERIALIZED (
  SELECT b.bucket_ns, s.slot
  FROM (
    SELECT DISTINCT bucket_ns FROM cost_quarters
    WHERE bucket_ns >= $first::BIGINT AND bucket_ns < $end::BIGINT
  ) AS b
  ASOF JOIN bounds AS s ON b.bucket_ns >= s.ns
),
-- As far as scopes look: many origins are one to them.
origins AS MATERIALIZED (
  SELECT row_number() OVER () AS origin, list(o.origin) AS keys, o.pipeline, o.provider, o.model, o.team, o.environment, o.tags
  FROM cost_origins AS o
  GROUP BY o.pipeline, o.provider, o.model, o.team, o.environment, o.tags
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
kinds AS MATERIALIZED (
  SELECT unnest(o.keys) AS origin, m.scopes, dense_rank() OVER (ORDER BY m.scopes) AS kind
  FROM matches AS m
  JOIN origins AS o ON o.origin = m.origin
),
sums AS (
  SELECT k.kind, b.slot, sum(q.cost_nano) AS cost, sum(q.unpriced) AS unpriced, sum(q.lines) AS lines
  FROM cost_quarters AS q
  JOIN buckets AS b ON b.bucket_ns = q.bucket_ns
  JOIN (SELECT origin, kind FROM kinds) AS k ON k.origin = q.origin
  WHERE q.bucket_ns >= $first::BIGINT AND q.bucket_ns < $end::BIGINT
  GROUP BY k.kind, b.slot
)
SELECT
  -- As text: a list costs twenty times as much to bring over.
  array_to_string(k.scopes, ',') AS scopes,
  s.slot::BIGINT AS slot,
  s.cost::HUGEINT AS cost,
  s.unpriced::BIGINT AS unpriced,
  s.lines::BIGINT AS lines
FROM sums AS s
JOIN (SELECT DISTINCT kind, scopes FROM kinds) AS k ON k.kind = s.kind
WHERE s.lines <> 0 OR s.cost <> 0
ORDER BY s.kind, s.slot
