-- The same sums as `costs.sql` with those of an earlier range beside them; `sort` may be by the difference.
WITH groups AS MATERIALIZED (
  SELECT coalesce(n.key1, b.key1) AS key1, coalesce(n.key2, b.key2) AS key2,
    coalesce(n.total, 0) AS total, coalesce(n.compute, 0) AS compute, coalesce(n.model_cost, 0) AS model_cost,
    coalesce(n.waste, 0) AS waste, coalesce(n.failure, 0) AS failure, coalesce(n.unpriced, 0) AS unpriced,
    coalesce(n.calls, 0) AS calls, coalesce(n.tokens, 0) AS tokens,
    coalesce(b.total, 0) AS previous_total, coalesce(b.compute, 0) AS previous_compute,
    coalesce(b.model_cost, 0) AS previous_model_cost, coalesce(b.waste, 0) AS previous_waste,
    coalesce(b.failure, 0) AS previous_failure, coalesce(b.unpriced, 0) AS previous_unpriced,
    coalesce(b.calls, 0) AS previous_calls, coalesce(b.tokens, 0) AS previous_tokens,
    n.rows_in, n.rows_in_cost, n.rows_out, n.rows_out_cost, n.all_rows_in, n.all_rows_out
  FROM cost_groups(
    $from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $unit1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR, $unit2::VARCHAR,
    $tz::VARCHAR
  ) AS n
  FULL JOIN cost_sums(
    $previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $unit1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR, $unit2::VARCHAR,
    $tz::VARCHAR, to_microseconds($shift::BIGINT)
  ) AS b
    ON b.key_hash = n.key_hash AND b.period_hash = n.period_hash
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
    any_value(all_rows_in) AS rows_in, sum(rows_in_cost) AS rows_in_cost,
    any_value(all_rows_out) AS rows_out, sum(rows_out_cost) AS rows_out_cost
  FROM groups
  UNION ALL
  SELECT false, sort_value, key1, key2, NULL, total, compute, model_cost, waste, failure, unpriced, calls, tokens,
    previous_total, previous_compute, previous_model_cost, previous_waste, previous_failure, previous_unpriced,
    previous_calls, previous_tokens, rows_in, rows_in_cost, rows_out, rows_out_cost
  FROM page
)
ORDER BY is_all DESC, sort_value DESC NULLS LAST, key1 NULLS LAST, key2 NULLS LAST
