-- Sums of the selected lines by one or two dimensions, with those of an earlier range beside them: a row of all groups
-- first, then a page of groups. `unit1` and `unit2`: the dimension is a period of the calendar.
WITH facts AS (
  SELECT 0 AS period, *
  FROM keyed_facts(
    $from::BIGINT, $firstWhole::BIGINT, $endWhole::BIGINT, $to::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR
  )
  UNION ALL
  SELECT 1 AS period, *
  FROM keyed_facts(
    $previousFrom::BIGINT, $previousFirstWhole::BIGINT, $previousEndWhole::BIGINT, $previousTo::BIGINT,
    $patterns::VARCHAR[], $tagPointers::VARCHAR[], $tagPatterns::VARCHAR[],
    $dimension1::VARCHAR, $pointer1::VARCHAR, $dimension2::VARCHAR, $pointer2::VARCHAR
  )
),
-- By quarters of an hour first: naming a time costs as much as ten sums.
grouped AS (
  SELECT period, key1, key2, pipeline, batch_id, shared,
    CASE WHEN $unit1::VARCHAR IS NULL AND $unit2::VARCHAR IS NULL THEN 0 ELSE start_ns // 900000000000 END AS quarter,
    sum(lines) AS lines,
    sum(cost_nano) AS total,
    coalesce(sum(cost_nano) FILTER (kind = 'compute'), 0) AS compute,
    coalesce(sum(cost_nano) FILTER (kind = 'model'), 0) AS model_cost,
    sum(waste_nano) AS waste,
    sum(failure_nano) AS failure,
    sum(unpriced) AS unpriced,
    coalesce(sum(lines) FILTER (kind = 'model'), 0) AS calls,
    sum(tokens) AS tokens
  FROM facts
  GROUP BY ALL
),
named AS (
  SELECT * REPLACE (
    CASE WHEN $unit1::VARCHAR IS NULL THEN key1 ELSE period_name(
      $unit1::VARCHAR, quarter * 900000000000, $tz::VARCHAR, to_microseconds(period * $shift::BIGINT)
    ) END AS key1,
    CASE WHEN $unit2::VARCHAR IS NULL THEN key2 ELSE period_name(
      $unit2::VARCHAR, quarter * 900000000000, $tz::VARCHAR, to_microseconds(period * $shift::BIGINT)
    ) END AS key2
  )
  FROM grouped
),
-- A group's cost by batch, beside the rows of those that began in the group's time.
batches AS (
  SELECT n.key1, n.key2, n.pipeline, n.batch_id, sum(n.total) AS total, any_value(b.rows_in) AS rows_in,
    any_value(b.rows_out) AS rows_out
  FROM named AS n
  JOIN batch_facts AS b ON b.pipeline = n.pipeline AND b.batch_id = n.batch_id AND NOT b.shared
  WHERE n.period = 0 AND NOT n.shared AND n.lines <> 0 AND b.start_ns >= $from::BIGINT AND b.start_ns < $to::BIGINT
    AND ($unit1::VARCHAR IS NULL OR n.key1 = period_name($unit1::VARCHAR, b.start_ns, $tz::VARCHAR, INTERVAL 0 SECOND))
    AND ($unit2::VARCHAR IS NULL OR n.key2 = period_name($unit2::VARCHAR, b.start_ns, $tz::VARCHAR, INTERVAL 0 SECOND))
  GROUP BY n.key1, n.key2, n.pipeline, n.batch_id
),
units AS (
  SELECT key1, key2,
    sum(coalesce(rows_in, rows_out)) AS rows_in,
    sum(total) FILTER (coalesce(rows_in, rows_out) > 0) AS rows_in_cost,
    sum(rows_out) AS rows_out,
    sum(total) FILTER (rows_out > 0) AS rows_out_cost
  FROM batches
  GROUP BY key1, key2
),
all_units AS (
  SELECT sum(coalesce(rows_in, rows_out)) AS rows_in,
    sum(total) FILTER (coalesce(rows_in, rows_out) > 0) AS rows_in_cost,
    sum(rows_out) AS rows_out,
    sum(total) FILTER (rows_out > 0) AS rows_out_cost
  FROM (
    SELECT sum(total) AS total, any_value(rows_in) AS rows_in, any_value(rows_out) AS rows_out
    FROM batches
    GROUP BY pipeline, batch_id
  )
),
groups AS (
  SELECT key1, key2,
    coalesce(sum(total) FILTER (period = 0), 0) AS total,
    coalesce(sum(compute) FILTER (period = 0), 0) AS compute,
    coalesce(sum(model_cost) FILTER (period = 0), 0) AS model_cost,
    coalesce(sum(waste) FILTER (period = 0), 0) AS waste,
    coalesce(sum(failure) FILTER (period = 0), 0) AS failure,
    coalesce(sum(unpriced) FILTER (period = 0), 0) AS unpriced,
    coalesce(sum(calls) FILTER (period = 0), 0) AS calls,
    coalesce(sum(tokens) FILTER (period = 0), 0) AS tokens,
    coalesce(sum(total) FILTER (period = 1), 0) AS previous_total,
    coalesce(sum(compute) FILTER (period = 1), 0) AS previous_compute,
    coalesce(sum(model_cost) FILTER (period = 1), 0) AS previous_model_cost,
    coalesce(sum(waste) FILTER (period = 1), 0) AS previous_waste,
    coalesce(sum(failure) FILTER (period = 1), 0) AS previous_failure,
    coalesce(sum(unpriced) FILTER (period = 1), 0) AS previous_unpriced,
    coalesce(sum(calls) FILTER (period = 1), 0) AS previous_calls,
    coalesce(sum(tokens) FILTER (period = 1), 0) AS previous_tokens
  FROM named
  GROUP BY key1, key2
  -- What left a group took its lines along.
  HAVING coalesce(sum(lines) FILTER (period = 0), 0) <> 0 OR coalesce(sum(lines) FILTER (period = 1), 0) <> 0
),
placed AS (
  SELECT *, row_number() OVER (
    ORDER BY
      CASE $sort::VARCHAR WHEN 'total' THEN total WHEN 'delta' THEN total - previous_total END DESC NULLS LAST,
      key1 NULLS LAST, key2 NULLS LAST
  ) AS place
  FROM groups
)
SELECT 0 AS place, NULL AS key1, NULL AS key2, (SELECT count(*) FROM groups) AS matching,
  coalesce(sum(total), 0) AS total, coalesce(sum(compute), 0) AS compute, coalesce(sum(model_cost), 0) AS model_cost,
  coalesce(sum(waste), 0) AS waste, coalesce(sum(failure), 0) AS failure, coalesce(sum(unpriced), 0) AS unpriced,
  coalesce(sum(calls), 0) AS calls, coalesce(sum(tokens), 0) AS tokens,
  coalesce(sum(previous_total), 0) AS previous_total, coalesce(sum(previous_compute), 0) AS previous_compute,
  coalesce(sum(previous_model_cost), 0) AS previous_model_cost, coalesce(sum(previous_waste), 0) AS previous_waste,
  coalesce(sum(previous_failure), 0) AS previous_failure, coalesce(sum(previous_unpriced), 0) AS previous_unpriced,
  coalesce(sum(previous_calls), 0) AS previous_calls, coalesce(sum(previous_tokens), 0) AS previous_tokens,
  (SELECT rows_in FROM all_units) AS rows_in, (SELECT rows_in_cost FROM all_units) AS rows_in_cost,
  (SELECT rows_out FROM all_units) AS rows_out, (SELECT rows_out_cost FROM all_units) AS rows_out_cost
FROM groups
UNION ALL
SELECT p.place, p.key1, p.key2, NULL, p.total, p.compute, p.model_cost, p.waste, p.failure, p.unpriced, p.calls, p.tokens,
  p.previous_total, p.previous_compute, p.previous_model_cost, p.previous_waste, p.previous_failure, p.previous_unpriced,
  p.previous_calls, p.previous_tokens, u.rows_in, u.rows_in_cost, u.rows_out, u.rows_out_cost
FROM placed AS p
LEFT JOIN units AS u ON u.key1 IS NOT DISTINCT FROM p.key1 AND u.key2 IS NOT DISTINCT FROM p.key2
WHERE p.place > $offset::BIGINT AND p.place <= $offset::BIGINT + $limit::BIGINT
ORDER BY place
