-- Run in the transaction of the question.
DELETE FROM silent_calls;
INSERT INTO silent_calls
SELECT attempt_key, start_ns, span_id, kind, pipeline, run_id, batch, step, provider, model, team, environment, attempt, tags,
  cost_nano, excluded
FROM bill_lines
WHERE failed AND cost_nano IS NULL AND input_tokens IS NULL AND output_tokens IS NULL AND kind = 'model' AND excluded IS NULL
  AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
