-- All operations that began in [from, to), and what the lines under their attempts cost.
WITH mine AS (
  SELECT a.*, coalesce(a.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, a.run_id) AS batch_id
  FROM attempts AS a
  LEFT JOIN run_batches AS b ON b.pipeline = a.pipeline AND b.run_id = a.run_id
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT + 86400000000000
),
operations AS MATERIALIZED (
  SELECT operation_key, count(DISTINCT attempt_key) AS attempts, bool_or(outcome = 'succeeded') AS won
  FROM mine
  WHERE cost_selected(
    $patterns::VARCHAR[], [''], ['', ''],
    pipeline, run_id, batch_id, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  )
  GROUP BY operation_key
  HAVING min(start_ns) < $to::BIGINT
),
made AS (
  SELECT DISTINCT m.attempt_key FROM mine AS m SEMI JOIN operations AS o ON o.operation_key = m.operation_key
),
money AS (
  SELECT coalesce(sum(l.cost_nano), 0) AS cost,
    coalesce(sum(l.cost_nano) FILTER (s.waste), 0) AS waste,
    coalesce(sum(l.cost_nano) FILTER (NOT s.waste), 0) AS failure
  FROM bill_lines AS l
  SEMI JOIN made AS m ON m.attempt_key = l.attempt_key
  LEFT JOIN losing_attempts AS s ON s.attempt_key = l.attempt_key
  WHERE l.excluded IS NULL AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT + 2 * 86400000000000
)
SELECT (SELECT count(*) FROM operations) AS operations,
  (SELECT coalesce(sum(attempts), 0)::BIGINT FROM operations) AS attempts,
  (SELECT count(*) FILTER (won) FROM operations) AS succeeded,
  cost, waste, failure
FROM money
