SELECT DISTINCT a.pipeline, coalesce(a.batch, CASE WHEN b.batches = 1 THEN b.only_batch END, a.run_id) AS batch_id
FROM activities AS a
LEFT JOIN run_batches AS b ON b.pipeline = a.pipeline AND b.run_id = a.run_id
WHERE a.trace_hi = $hi::UBIGINT AND a.trace_lo = $lo::UBIGINT
ORDER BY 1, 2
LIMIT 100
