-- Run in the transaction of the question.
INSERT INTO fresh_tries
SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
  a.backoff_ms, a.pipeline, a.run_id, a.batch, a.step
FROM attempts AS a
SEMI JOIN unsettled_operations AS u ON u.operation_key = a.operation_key;
INSERT INTO stale_try_keys SELECT attempt_key FROM stale_tries;
INSERT INTO fresh_try_lines
SELECT l.attempt_key, l.start_ns, l.span_id, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team,
  l.environment, l.attempt, l.tags, l.cost_nano, l.excluded
FROM bill_lines AS l
SEMI JOIN stale_try_keys AS t ON t.attempt_key = l.attempt_key
