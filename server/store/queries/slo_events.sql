-- Single events of a kind in a range, with the spans that prove them: first those that look bad (by outcome, or by a value
-- that does not stand the test), the newest first.
WITH operations AS (
  SELECT operation_key, bool_or(outcome = 'succeeded') AS won, max(end_ns) AS end_ns, min(start_ns) AS start_ns,
    arg_max(struct_pack(
      trace_hi := trace_hi, trace_lo := trace_lo, span_id := span_id, pipeline := pipeline, run_id := run_id, batch := batch,
      step := step, name := name, error_class := error_class, outcome := outcome
    ), end_ns) AS last,
    count(*) AS tried
  FROM attempts
  WHERE $kind::VARCHAR = 'operations' AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
  GROUP BY operation_key
),
events AS (
  SELECT end_ns AS at_ns, trace_hi, trace_lo, span_id, pipeline, run_id, batch, step, name, outcome, error_class,
    NULL AS provider, NULL AS model, NULL AS operation, NULL AS run_kind, NULL AS team, NULL AS environment, NULL AS tags,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns WHEN 'number' THEN number WHEN 'backoff' THEN backoff_ms * 1000000 END
      AS value,
    1 AS events
  FROM attempts
  WHERE $kind::VARCHAR = 'attempts' AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
  UNION ALL
  SELECT end_ns, last.trace_hi, last.trace_lo, last.span_id, last.pipeline, last.run_id, last.batch, last.step, last.name,
    CASE WHEN won THEN 'succeeded' ELSE last.outcome END, last.error_class, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns WHEN 'attempts' THEN tried END, 1
  FROM operations
  UNION ALL
  SELECT end_ns, trace_hi, trace_lo, span_id, pipeline, run_id, batch, step, name,
    coalesce(outcome, CASE WHEN failed THEN 'failed' ELSE 'succeeded' END), NULL, NULL, NULL, NULL, run_kind, team, environment,
    NULL, CASE $value::VARCHAR WHEN 'latency' THEN end_ns - start_ns END, 1
  FROM activities
  WHERE $kind::VARCHAR = 'runs' AND is_run AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
  UNION ALL
  SELECT end_ns, trace_hi, trace_lo, span_id, pipeline, run_id, batch, step, name,
    CASE WHEN coalesce(rows_failed, 0) > 0 THEN 'failed' ELSE 'succeeded' END, NULL, NULL, NULL, NULL, run_kind, team,
    environment, NULL, NULL, rows_failed
  FROM activities
  WHERE $kind::VARCHAR = 'rows' AND is_step AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
    AND coalesce(rows_in, rows_out, rows_failed) IS NOT NULL
  UNION ALL
  SELECT end_ns, trace_hi, trace_lo, span_id, pipeline, run_id, batch, step, check_name, outcome, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, 1
  FROM data_notes
  WHERE $kind::VARCHAR = 'qualityChecks' AND outcome IS NOT NULL AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
  UNION ALL
  SELECT l.start_ns, l.trace_hi, l.trace_lo, l.span_id, pipeline, run_id, batch, step, l.name,
    CASE WHEN failed THEN 'failed' ELSE 'succeeded' END, NULL, provider, model, operation, NULL, team, environment, tags,
    CASE $value::VARCHAR
      WHEN 'latency' THEN s.duration_ns WHEN 'inputTokens' THEN input_tokens WHEN 'outputTokens' THEN output_tokens
    END, 1
  FROM bill_lines AS l
  LEFT JOIN spans AS s
    ON $value::VARCHAR = 'latency' AND s.start_ns >= $from::BIGINT AND s.start_ns < $to::BIGINT
    AND s.span_id = l.span_id AND s.trace_lo = l.trace_lo AND s.trace_hi = l.trace_hi
  WHERE $kind::VARCHAR = 'modelCalls' AND l.kind = 'model' AND excluded IS NULL
    AND l.start_ns >= $from::BIGINT AND l.start_ns < $to::BIGINT
)
SELECT at_ns, trace_hi, trace_lo, span_id, pipeline, run_id AS run, batch, step, name, outcome, error_class AS "errorClass",
  provider, model, operation, run_kind AS "runKind", team, environment, tags, events,
  CASE WHEN value IS NULL THEN NULL ELSE len(list_filter($limits::BIGINT[], l -> l <= value)) END AS rank
FROM events
WHERE len($pipelines::VARCHAR[]) = 0 OR pipeline IN (SELECT unnest($pipelines::VARCHAR[]))
ORDER BY
  CASE WHEN len($limits::BIGINT[]) = 0 THEN outcome IN ('succeeded', 'passed') ELSE (value >= ($limits::BIGINT[])[1]) <> $badFrom::BOOLEAN END,
  at_ns DESC
LIMIT 500
