-- What began in the runs of a batch: for its steps, profile and evidence.
SELECT trace_hi, trace_lo, span_id, start_ns, end_ns, received_ns, name, failed, run_id, batch, step,
  is_run, is_batch, is_step, event, run_kind, outcome, team, environment,
  rows_in, rows_out, rows_failed, bytes_in, bytes_out, queue_wait_ns, cpu_user_ns, cpu_system_ns, gb_ns, peak_bytes,
  gc_ns, event_loop_utilization
FROM activities
WHERE pipeline = $pipeline::VARCHAR
  AND run_id IN (SELECT unnest($runIds::VARCHAR[]))
  AND (batch IS NULL OR batch = $batch::VARCHAR)
ORDER BY start_ns, span_id
LIMIT 5000
