-- As before, but the batches of a run are looked up only for what names none itself.
CREATE OR REPLACE MACRO cost_facts(from_ns, first_whole, end_whole, to_ns) AS TABLE
SELECT c.* REPLACE (
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.model END AS model,
    CASE c.kind WHEN 'compute' THEN 'compute' ELSE c.provider END AS provider,
    c.attempt::VARCHAR AS attempt,
    CASE WHEN s.step IS NULL THEN c.waste_nano ELSE c.cost_nano END AS waste_nano,
    CASE WHEN s.step IS NULL THEN c.failure_nano ELSE 0 END AS failure_nano
  ),
  coalesce(c.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, c.run_id) AS batch_id,
  coalesce(b.batches, 0) > 1 AS shared,
  s.step IS NOT NULL AS repeated
FROM covered_costs(from_ns, first_whole, end_whole, to_ns) AS c
LEFT JOIN repeated_steps AS s
  ON s.pipeline = c.pipeline AND s.run_id = c.run_id AND s.batch = c.batch AND s.step = c.step
LEFT JOIN run_batches AS b ON b.run_id = CASE WHEN c.batch IS NULL THEN c.run_id END AND b.pipeline = c.pipeline;

-- Sums by hash: grouping by text costs ten times as much as by a number, and each row here counts thousands of others. As
-- with the keys of attempts, 64 bits tell groups apart.

-- The selected facts: `key_hash` tells their keys apart, `quarter` is the number of their quarter of an hour, or 0 where no
-- period is asked for; `batch_hash` their batch, null above several.
CREATE MACRO hashed_facts(
  from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
  first_dimension, first_pointer, first_unit, second_dimension, second_pointer, second_unit
) AS TABLE
SELECT key1, key2, hash(key1, key2) AS key_hash,
  CASE WHEN first_unit IS NULL AND second_unit IS NULL THEN 0 ELSE start_ns // 900000000000 END AS quarter,
  CASE WHEN shared THEN NULL ELSE hash(pipeline, batch_id) END AS batch_hash,
  kind = 'compute' AS is_compute, kind = 'model' AS is_call,
  lines, unpriced, tokens, cost_nano, waste_nano, failure_nano
FROM keyed_facts(
  from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
  first_dimension, first_pointer, second_dimension, second_pointer
);

-- Sums by one or two dimensions, `unit1` and `unit2` naming those that are periods of the calendar; their wall clock is
-- `shift` further on. What left a group took its lines along.
CREATE MACRO cost_sums(
  from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
  first_dimension, first_pointer, first_unit, second_dimension, second_pointer, second_unit, zone, shift
) AS TABLE
WITH facts AS MATERIALIZED (
  SELECT * FROM hashed_facts(
    from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
    first_dimension, first_pointer, first_unit, second_dimension, second_pointer, second_unit
  )
),
-- Naming a time costs as much as ten sums.
quarters AS MATERIALIZED (
  SELECT quarter, name1, name2, hash(name1, name2) AS period_hash
  FROM (
    SELECT quarter,
      period_name(first_unit, quarter * 900000000000, zone, shift) AS name1,
      period_name(second_unit, quarter * 900000000000, zone, shift) AS name2
    FROM (SELECT DISTINCT quarter FROM facts)
  )
)
SELECT f.key_hash, q.period_hash,
  any_value(coalesce(q.name1, f.key1)) AS key1,
  any_value(coalesce(q.name2, f.key2)) AS key2,
  sum(f.cost_nano) AS total,
  coalesce(sum(f.cost_nano) FILTER (f.is_compute), 0) AS compute,
  coalesce(sum(f.cost_nano) FILTER (f.is_call), 0) AS model_cost,
  sum(f.waste_nano) AS waste,
  sum(f.failure_nano) AS failure,
  sum(f.unpriced) AS unpriced,
  coalesce(sum(f.lines) FILTER (f.is_call), 0) AS calls,
  sum(f.tokens) AS tokens
FROM facts AS f
JOIN quarters AS q ON q.quarter = f.quarter
GROUP BY f.key_hash, q.period_hash
HAVING sum(f.lines) <> 0;

-- The same, beside the rows of the batches that began in the group's time and what the group's lines of these cost; and
-- `all_rows_in` and `all_rows_out` of the batches of all groups.
CREATE MACRO cost_groups(
  from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
  first_dimension, first_pointer, first_unit, second_dimension, second_pointer, second_unit, zone
) AS TABLE
WITH facts AS MATERIALIZED (
  SELECT * FROM hashed_facts(
    from_ns, first_whole, end_whole, to_ns, patterns, tag_pointers, tag_patterns,
    first_dimension, first_pointer, first_unit, second_dimension, second_pointer, second_unit
  )
),
quarters AS MATERIALIZED (
  SELECT quarter, name1, name2, hash(name1, name2) AS period_hash
  FROM (
    SELECT quarter,
      period_name(first_unit, quarter * 900000000000, zone, INTERVAL 0 SECOND) AS name1,
      period_name(second_unit, quarter * 900000000000, zone, INTERVAL 0 SECOND) AS name2
    FROM (SELECT DISTINCT quarter FROM facts)
  )
),
told AS MATERIALIZED (
  SELECT hash(pipeline, batch_id) AS batch_hash,
    hash(
      period_name(first_unit, start_ns, zone, INTERVAL 0 SECOND),
      period_name(second_unit, start_ns, zone, INTERVAL 0 SECOND)
    ) AS period_hash,
    coalesce(rows_in, rows_out) AS rows_in, rows_out
  FROM batch_facts
  WHERE NOT shared AND start_ns >= from_ns AND start_ns < to_ns AND coalesce(rows_in, rows_out) IS NOT NULL
),
-- Of a batch that began in another period a period has the cost, not the rows.
placed AS NOT MATERIALIZED (
  SELECT f.*, q.name1, q.name2, q.period_hash,
    t.batch_hash IS NOT NULL AS has_rows, coalesce(t.rows_in > 0, false) AS has_in, coalesce(t.rows_out > 0, false) AS has_out
  FROM facts AS f
  JOIN quarters AS q ON q.quarter = f.quarter
  LEFT JOIN told AS t ON t.batch_hash = f.batch_hash AND t.period_hash = q.period_hash
),
sums AS (
  SELECT key_hash, period_hash,
    any_value(coalesce(name1, key1)) AS key1,
    any_value(coalesce(name2, key2)) AS key2,
    sum(cost_nano) AS total,
    coalesce(sum(cost_nano) FILTER (is_compute), 0) AS compute,
    coalesce(sum(cost_nano) FILTER (is_call), 0) AS model_cost,
    sum(waste_nano) AS waste,
    sum(failure_nano) AS failure,
    sum(unpriced) AS unpriced,
    coalesce(sum(lines) FILTER (is_call), 0) AS calls,
    sum(tokens) AS tokens,
    sum(cost_nano) FILTER (has_in) AS rows_in_cost,
    sum(cost_nano) FILTER (has_out) AS rows_out_cost
  FROM placed
  GROUP BY key_hash, period_hash
  HAVING sum(lines) <> 0
),
batches AS MATERIALIZED (
  SELECT key_hash, period_hash, batch_hash
  FROM placed
  WHERE has_rows
  GROUP BY key_hash, period_hash, batch_hash
  HAVING sum(lines) <> 0
),
units AS (
  SELECT b.key_hash, b.period_hash, sum(t.rows_in) AS rows_in, sum(t.rows_out) AS rows_out
  FROM batches AS b
  JOIN told AS t ON t.batch_hash = b.batch_hash
  GROUP BY b.key_hash, b.period_hash
),
all_units AS (
  SELECT sum(t.rows_in) AS all_rows_in, sum(t.rows_out) AS all_rows_out
  FROM told AS t
  SEMI JOIN batches AS b ON b.batch_hash = t.batch_hash
)
SELECT s.*, u.rows_in, u.rows_out, a.all_rows_in, a.all_rows_out
FROM sums AS s
LEFT JOIN units AS u ON u.key_hash = s.key_hash AND u.period_hash = s.period_hash
CROSS JOIN all_units AS a;
