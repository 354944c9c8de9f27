-- Sums of the selected lines by one or two dimensions: a row of all groups first, then a page of groups. `unit1` and `unit2`:
-- the dimension is a period of the calendar.
WITH groups AS MATERIALIZED (
  SELECT * FROM cost_groups(
    $from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $unit1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR, $unit2::VARCHAR,
    $tz::VARCHAR
  )
),
page AS (
  SELECT * FROM groups
  ORDER BY CASE $sort::VARCHAR WHEN 'key' THEN NULL ELSE total END DESC NULLS LAST, key1 NULLS LAST, key2 NULLS LAST
  LIMIT $limit::BIGINT OFFSET $offset::BIGINT
)
SELECT * EXCLUDE (is_all) FROM (
  SELECT true AS is_all, NULL AS key1, NULL AS key2, count(*) AS matching,
    coalesce(sum(total), 0) AS total, coalesce(sum(compute), 0) AS compute, coalesce(sum(model_cost), 0) AS model_cost,
    coalesce(sum(waste), 0) AS waste, coalesce(sum(failure), 0) AS failure, coalesce(sum(unpriced), 0) AS unpriced,
    coalesce(sum(calls), 0) AS calls, coalesce(sum(tokens), 0) AS tokens,
    any_value(all_rows_in) AS rows_in, sum(rows_in_cost) AS rows_in_cost,
    any_value(all_rows_out) AS rows_out, sum(rows_out_cost) AS rows_out_cost
  FROM groups
  UNION ALL
  SELECT false, key1, key2, NULL, total, compute, model_cost, waste, failure, unpriced, calls, tokens, rows_in, rows_in_cost,
    rows_out, rows_out_cost
  FROM page
)
ORDER BY is_all DESC, CASE $sort::VARCHAR WHEN 'key' THEN NULL ELSE total END DESC NULLS LAST,
  key1 NULLS LAST, key2 NULLS LAST
