-- As before, but the copies are held against the notes and not the other way round: how many copies a condition leaves is
-- guessed too low, and the whole of them was put into a hash table, all columns, to look up a few notes or none.
CREATE OR REPLACE VIEW retried_attempts AS
SELECT s.* FROM settled_tries AS s WHERE s.operation_key NOT IN (SELECT operation_key FROM unsettled_operations)
UNION ALL
SELECT a.operation_key, a.attempt_key, a.outer_attempt_key, a.number, a.start_ns, a.end_ns, a.outcome, a.error_class,
  a.backoff_ms, a.pipeline, a.run_id, a.batch, a.step
FROM attempts AS a
SEMI JOIN unsettled_operations AS u ON u.operation_key = a.operation_key;

CREATE OR REPLACE VIEW retried_lines AS
WITH stale AS MATERIALIZED (
  SELECT attempt_key FROM stale_tries
)
SELECT s.* FROM settled_try_lines AS s WHERE s.attempt_key NOT IN (SELECT attempt_key FROM stale)
UNION ALL
SELECT l.attempt_key, l.start_ns, l.span_id, l.kind, l.pipeline, l.run_id, l.batch, l.step, l.provider, l.model, l.team,
  l.environment, l.attempt, l.tags, l.cost_nano, l.excluded
FROM bill_lines AS l
SEMI JOIN stale AS t ON t.attempt_key = l.attempt_key;
