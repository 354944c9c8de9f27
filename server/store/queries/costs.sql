-- Sums of the selected lines by one or two dimensions, beside those of an earlier range (of nothing, if that is empty): a row
-- of all groups first, then a page of groups; `sort` may be by the difference. `unit1` and `unit2`: the dimension is a period
-- of the calendar; the wall clock of the earlier range is `shift` microseconds further on.
WITH origins AS MATERIALIZED (
  SELECT * FROM keyed_origins(
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR
  )
),
-- `batch_key` and `slot` of a batch that began in the range and tells its rows.
begun AS MATERIALIZED (
  SELECT place, key1, key2, key_hash, repeated, rows_in, rows_out,
    CASE WHEN rows_in IS NOT NULL AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT THEN batch_key END AS batch_key,
    CASE WHEN $unit1::VARCHAR IS NULL AND $unit2::VARCHAR IS NULL THEN 0 ELSE start_ns - start_ns % 900000000000 END AS slot
  FROM keyed_places($patterns::VARCHAR[], $dimension1::VARCHAR, $dimension2::VARCHAR)
),
edges AS MATERIALIZED (
  SELECT 0 AS is_before, * FROM edge_facts($from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT)
  UNION ALL
  SELECT 1, *
  FROM edge_facts($previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT)
),
-- `slot`: the quarter of an hour, if any period is asked for, and one more in the earlier range.
facts AS NOT MATERIALIZED (
  SELECT * EXCLUDE (bucket_ns, is_before),
    CASE WHEN $unit1::VARCHAR IS NULL AND $unit2::VARCHAR IS NULL THEN 0 ELSE bucket_ns END + is_before AS slot
  FROM (
    SELECT 0 AS is_before, * EXCLUDE (excluded) FROM cost_quarters
    WHERE bucket_ns >= $firstWhole::BIGINT AND bucket_ns < $endWhole::BIGINT
    UNION ALL
    SELECT 1, * EXCLUDE (excluded) FROM cost_quarters
    WHERE bucket_ns >= $previousFirstWhole::BIGINT AND bucket_ns < $previousEndWhole::BIGINT
    UNION ALL
    SELECT * FROM edges
  )
),
-- Naming a time costs as much as ten sums: once a quarter.
slots AS MATERIALIZED (
  SELECT slot, slot % 2 = 1 AS is_before, name1, name2, hash(name1, name2) AS period
  FROM (
    SELECT slot,
      period_name($unit1::VARCHAR, slot, $tz::VARCHAR, to_microseconds(CASE slot % 2 WHEN 1 THEN $shift::BIGINT ELSE 0 END))
        AS name1,
      period_name($unit2::VARCHAR, slot, $tz::VARCHAR, to_microseconds(CASE slot % 2 WHEN 1 THEN $shift::BIGINT ELSE 0 END))
        AS name2
    FROM (SELECT slot FROM facts UNION SELECT slot FROM begun WHERE batch_key IS NOT NULL)
  )
),
places AS MATERIALIZED (
  SELECT b.place, b.key_hash, b.batch_key, b.repeated, s.period FROM begun AS b LEFT JOIN slots AS s ON s.slot = b.slot
),
found AS MATERIALIZED (
  SELECT group_hash, is_before, batch_key,
    any_value(origin) AS origin, any_value(place) AS place, any_value(slot) AS slot,
    sum(lines) AS lines, sum(lines * is_call) AS calls, sum(unpriced) AS unpriced, sum(tokens) AS tokens,
    sum(cost_nano) AS cost, sum(cost_nano * is_call) AS model_cost, sum(waste_nano) AS waste, sum(failure_nano) AS failure
  FROM (
    SELECT f.*, o.is_call, s.is_before, hash(o.key_hash, p.key_hash, s.period) AS group_hash,
      -- No condition of a join: joined by it, a period would meet all that began in it.
      CASE WHEN p.period = s.period AND NOT s.is_before THEN p.batch_key END AS batch_key
    FROM facts AS f
    JOIN (SELECT origin, key_hash, is_call FROM origins) AS o ON o.origin = f.origin
    JOIN (SELECT place, key_hash, batch_key, period FROM places) AS p ON p.place = f.place
    JOIN (SELECT slot, is_before, period FROM slots) AS s ON s.slot = f.slot
  )
  GROUP BY group_hash, is_before, batch_key
),
-- Steps that a later run repeated are waste as a whole.
repeated AS (
  SELECT hash(o.key_hash, p.key_hash, s.period) AS group_hash, s.is_before,
    sum(f.cost_nano - f.waste_nano) AS waste, -sum(f.failure_nano) AS failure
  FROM facts AS f
  JOIN (SELECT place, key_hash, unnest(repeated) AS step FROM places WHERE repeated IS NOT NULL) AS p ON p.place = f.place
  JOIN origins AS o ON o.origin = f.origin AND o.step = p.step
  JOIN slots AS s ON s.slot = f.slot
  GROUP BY 1, 2
),
all_units AS (
  SELECT sum(b.rows_in) AS rows_in, sum(b.rows_out) AS rows_out
  FROM (SELECT any_value(place) AS place FROM found WHERE batch_key IS NOT NULL AND lines <> 0 GROUP BY batch_key) AS f
  JOIN begun AS b ON b.place = f.place
),
-- What left a group took its lines along, and all else.
sums AS MATERIALIZED (
  SELECT group_hash, is_before, any_value(origin) AS origin, any_value(place) AS place, any_value(slot) AS slot,
    sum(cost) AS total, sum(model_cost) AS model_cost, sum(waste) AS waste, sum(failure) AS failure, sum(unpriced) AS unpriced,
    sum(calls) AS calls, sum(tokens) AS tokens,
    sum(rows_in) FILTER (lines <> 0) AS rows_in, sum(rows_out) FILTER (lines <> 0) AS rows_out,
    sum(cost) FILTER (rows_in > 0) AS rows_in_cost, sum(cost) FILTER (rows_out > 0) AS rows_out_cost
  FROM (
    SELECT f.* EXCLUDE (batch_key), b.rows_in, b.rows_out
    FROM found AS f
    LEFT JOIN begun AS b ON b.place = CASE WHEN f.batch_key IS NOT NULL THEN f.place END
    UNION ALL BY NAME
    SELECT * FROM repeated
  )
  GROUP BY group_hash, is_before
  HAVING sum(lines) <> 0
),
groups AS MATERIALIZED (
  SELECT coalesce(s.name1, p.key1, o.key1) AS key1, coalesce(s.name2, p.key2, o.key2) AS key2,
    coalesce(n.total, 0) AS total, coalesce(n.total - n.model_cost, 0) AS compute, coalesce(n.model_cost, 0) AS model_cost,
    coalesce(n.waste, 0) AS waste, coalesce(n.failure, 0) AS failure, coalesce(n.unpriced, 0) AS unpriced,
    coalesce(n.calls, 0) AS calls, coalesce(n.tokens, 0) AS tokens,
    coalesce(e.total, 0) AS previous_total, coalesce(e.total - e.model_cost, 0) AS previous_compute,
    coalesce(e.model_cost, 0) AS previous_model_cost, coalesce(e.waste, 0) AS previous_waste,
    coalesce(e.failure, 0) AS previous_failure, coalesce(e.unpriced, 0) AS previous_unpriced,
    coalesce(e.calls, 0) AS previous_calls, coalesce(e.tokens, 0) AS previous_tokens,
    n.rows_in, n.rows_in_cost, n.rows_out, n.rows_out_cost
  FROM (SELECT * FROM sums WHERE NOT is_before) AS n
  FULL JOIN (SELECT * FROM sums WHERE is_before) AS e ON e.group_hash = n.group_hash
  JOIN (SELECT origin, key1, key2 FROM origins) AS o ON o.origin = coalesce(n.origin, e.origin)
  JOIN (SELECT place, key1, key2 FROM begun) AS p ON p.place = coalesce(n.place, e.place)
  JOIN (SELECT slot, name1, name2 FROM slots) AS s ON s.slot = coalesce(n.slot, e.slot)
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
