-- The same answer as `costs.sql`, with the sums of an earlier range beside those of this one (of nothing, if that is
-- empty), where neither dimensions nor filters look at runs, batches or times: summed up by origin before anything is looked up.
WITH origins AS MATERIALIZED (
  SELECT * FROM keyed_origins(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR
  )
),
places AS MATERIALIZED (
  SELECT place, batch_key, repeated, start_ns, rows_in, rows_out
  FROM settled_places WHERE place NOT IN (SELECT place FROM stale_places)
  UNION ALL
  SELECT place, batch_key, repeated, start_ns, rows_in, rows_out FROM stale_places
),
edges AS MATERIALIZED (
  SELECT false AS is_before, *
  FROM edge_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  UNION ALL
  SELECT true, *
  FROM edge_facts($previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT)
),
facts AS NOT MATERIALIZED (
  SELECT false AS is_before, * EXCLUDE (excluded) FROM cost_quarters
  WHERE bucket_ns >= $firstWhole::BIGINT AND bucket_ns < $endWhole::BIGINT
  UNION ALL
  SELECT true, * EXCLUDE (excluded) FROM cost_quarters
  WHERE bucket_ns >= $previousFirstWhole::BIGINT AND bucket_ns < $previousEndWhole::BIGINT
  UNION ALL
  SELECT * FROM edges
),
found AS (
  SELECT is_before, origin, sum(lines) AS lines, sum(unpriced) AS unpriced, sum(tokens) AS tokens, sum(cost_nano) AS cost,
    sum(waste_nano) AS waste, sum(failure_nano) AS failure
  FROM facts
  GROUP BY is_before, origin
  UNION ALL
  -- Steps that a later run repeated are waste as a whole.
  SELECT f.is_before, f.origin, 0, 0, 0, 0, sum(f.cost_nano - f.waste_nano), -sum(f.failure_nano)
  FROM facts AS f
  JOIN (SELECT place, unnest(repeated) AS step FROM places WHERE repeated IS NOT NULL) AS p ON p.place = f.place
  JOIN origins AS o ON o.origin = f.origin AND o.step = p.step
  GROUP BY f.is_before, f.origin
),
-- What left a group took its lines along.
sums AS (
  SELECT f.is_before, o.key_hash, any_value(o.key1) AS key1, any_value(o.key2) AS key2,
    sum(f.cost) AS total, sum(f.cost * o.is_call) AS model_cost, sum(f.waste) AS waste, sum(f.failure) AS failure,
    sum(f.unpriced) AS unpriced, sum(f.lines * o.is_call) AS calls, sum(f.tokens) AS tokens
  FROM found AS f
  JOIN origins AS o ON o.origin = f.origin
  GROUP BY f.is_before, o.key_hash
  HAVING sum(f.lines) <> 0
),
-- Batches that began in the range and tell their rows, by group, and what the group's lines of these cost.
pairs AS MATERIALIZED (
  SELECT o.key_hash, p.batch_key, any_value(p.rows_in) AS rows_in, any_value(p.rows_out) AS rows_out,
    sum(f.cost_nano) AS cost, sum(f.lines) AS lines
  FROM facts AS f
  JOIN (SELECT origin, key_hash FROM origins) AS o ON o.origin = f.origin
  JOIN (
    SELECT place, batch_key, rows_in, rows_out FROM places
    WHERE batch_key IS NOT NULL AND rows_in IS NOT NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
  ) AS p ON p.place = f.place
  WHERE NOT f.is_before
  GROUP BY o.key_hash, p.batch_key
),
units AS (
  SELECT key_hash, sum(rows_in) FILTER (lines <> 0) AS rows_in, sum(rows_out) FILTER (lines <> 0) AS rows_out,
    sum(cost) FILTER (rows_in > 0) AS rows_in_cost, sum(cost) FILTER (rows_out > 0) AS rows_out_cost
  FROM pairs
  GROUP BY key_hash
),
all_units AS (
  SELECT sum(rows_in) AS rows_in, sum(rows_out) AS rows_out
  FROM (
    SELECT any_value(rows_in) AS rows_in, any_value(rows_out) AS rows_out FROM pairs WHERE lines <> 0 GROUP BY batch_key
  )
),
groups AS MATERIALIZED (
  SELECT coalesce(n.key1, b.key1) AS key1, coalesce(n.key2, b.key2) AS key2,
    coalesce(n.total, 0) AS total, coalesce(n.total - n.model_cost, 0) AS compute, coalesce(n.model_cost, 0) AS model_cost,
    coalesce(n.waste, 0) AS waste, coalesce(n.failure, 0) AS failure, coalesce(n.unpriced, 0) AS unpriced,
    coalesce(n.calls, 0) AS calls, coalesce(n.tokens, 0) AS tokens,
    coalesce(b.total, 0) AS previous_total, coalesce(b.total - b.model_cost, 0) AS previous_compute,
    coalesce(b.model_cost, 0) AS previous_model_cost, coalesce(b.waste, 0) AS previous_waste,
    coalesce(b.failure, 0) AS previous_failure, coalesce(b.unpriced, 0) AS previous_unpriced,
    coalesce(b.calls, 0) AS previous_calls, coalesce(b.tokens, 0) AS previous_tokens,
    u.rows_in, u.rows_in_cost, u.rows_out, u.rows_out_cost
  FROM (SELECT * FROM sums WHERE NOT is_before) AS n
  FULL JOIN (SELECT * FROM sums WHERE is_before) AS b ON b.key_hash = n.key_hash
  LEFT JOIN units AS u ON u.key_hash = n.key_hash
),
sorted AS (
  SELECT *, CASE $sort::VARCHAR WHEN 'total' THEN total WHEN 'delta' THEN total - previous_total END AS sort_value FROM groups
),
page AS (
  SELECT * FROM sorted
  ORDER BY sort_value DESC NULLS LAST, key1 NULLS LAST, key2 NULLS LAST
  LIMIT $limit::BIGINT OFFSET $offset::BIGINT
)
SELECT * EXCLUDE (is_all, sort_value) FROM (
  SELECT true AS is_all, NULL AS sort_value, NULL AS key1, NULL AS key2, count(*) AS matching,
    coalesce(sum(total), 0) AS total, coalesce(sum(compute), 0) AS compute, coalesce(sum(model_cost), 0) AS model_cost,
    coalesce(sum(waste), 0) AS waste, coalesce(sum(failure), 0) AS failure, coalesce(sum(unpriced), 0) AS unpriced,
    coalesce(sum(calls), 0) AS calls, coalesce(sum(tokens), 0) AS tokens,
    coalesce(sum(previous_total), 0) AS previous_total, coalesce(sum(previous_compute), 0) AS previous_compute,
    coalesce(sum(previous_model_cost), 0) AS previous_model_cost, coalesce(sum(previous_waste), 0) AS previous_waste,
    coalesce(sum(previous_failure), 0) AS previous_failure, coalesce(sum(previous_unpriced), 0) AS previous_unpriced,
    coalesce(sum(previous_calls), 0) AS previous_calls, coalesce(sum(previous_tokens), 0) AS previous_tokens,
    any_value(a.rows_in) AS rows_in, sum(g.rows_in_cost) AS rows_in_cost,
    any_value(a.rows_out) AS rows_out, sum(g.rows_out_cost) AS rows_out_cost
  FROM groups AS g, all_units AS a
  UNION ALL
  SELECT false, sort_value, key1, key2, NULL, total, compute, model_cost, waste, failure, unpriced, calls, tokens,
    previous_total, previous_compute, previous_model_cost, previous_waste, previous_failure, previous_unpriced,
    previous_calls, previous_tokens, rows_in, rows_in_cost, rows_out, rows_out_cost
  FROM page
)
ORDER BY is_all DESC, sort_value DESC NULLS LAST, key1 NULLS LAST, key2 NULLS LAST
