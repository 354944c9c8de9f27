-- Attempts of operations with a loser, and nested ones: what the tracker of losses keeps in memory.
SELECT operation_key, attempt_key, outer_attempt_key, outcome, start_ns, end_ns
FROM attempts
WHERE start_ns >= $since::BIGINT
  AND (
    outer_attempt_key IS NOT NULL
    OR operation_key IN (SELECT operation_key FROM attempts WHERE outcome <> 'succeeded' AND start_ns >= $since::BIGINT)
  )
