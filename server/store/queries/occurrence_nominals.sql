-- Nominal times that runs of pipelines said of their batches; only those of which something arrived since a time.
SELECT pipeline, run_id, batch, max(nominal_time) AS nominal_time
FROM activities
WHERE nominal_time IS NOT NULL AND batch IS NOT NULL
  AND pipeline IN (SELECT unnest($pipelines::VARCHAR[]))
  AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
  AND received_ns >= $since::BIGINT
GROUP BY pipeline, run_id, batch
ORDER BY min(start_ns) DESC
LIMIT 50000
