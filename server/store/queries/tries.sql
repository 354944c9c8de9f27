-- How many attempts the operations that began in [from, to) took, and whether the last one won.
WITH mine AS (
  SELECT * FROM attempts WHERE start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
),
operations AS (
  SELECT operation_key, max(number) AS tries, bool_or(outcome = 'succeeded') AS won
  FROM mine
  WHERE cost_selected(
    $patterns::VARCHAR[], [''], ['', ''],
    pipeline, run_id, NULL, step, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  )
  GROUP BY operation_key
)
SELECT tries, count(*) FILTER (won) AS succeeded, count(*) FILTER (NOT won) AS failed
FROM operations
GROUP BY tries
ORDER BY tries
LIMIT 1000
