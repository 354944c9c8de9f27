-- The counted line of each response, as far back as a replay is looked for.
SELECT *
FROM bill_lines
WHERE start_ns >= $since::BIGINT
  AND response_key IN (SELECT unnest($keys::UBIGINT[]))
  AND NOT aggregate
  AND excluded IS NULL
