-- How many attempts the operations that began in [from, to) took, and whether the last one won.
WITH mine AS (
  SELECT a.operation_key, a.number, a.outcome, a.pipeline, a.run_id, a.step,
    coalesce(a.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, a.run_id) AS batch_id
  FROM attempts AS a
  LEFT JOIN run_batches AS b ON b.pipeline = a.pipeline AND b.run_id = a.run_id
  WHERE a.start_ns >= $from::BIGINT AND a.start_ns < $to::BIGINT
),
operations AS (
  SELECT operation_key, max(number) AS tries, bool_or(outcome = 'succeeded') AS won
  FROM mine
  WHERE cost_selected(
    $patterns::VARCHAR[], [''], ['', ''],
    pipeline, run_id, batch_id, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  )
  GROUP BY operation_key
)
SELECT tries, count(*) FILTER (won) AS succeeded, count(*) FILTER (NOT won) AS failed
FROM operations
GROUP BY tries
ORDER BY tries
LIMIT 1000
