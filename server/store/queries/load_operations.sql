SELECT operation_key, attempt_key, outer_attempt_key, outcome, start_ns, end_ns
FROM attempts
WHERE start_ns BETWEEN $first::BIGINT AND $last::BIGINT
  AND operation_key IN (SELECT unnest($keys::UBIGINT[]))
