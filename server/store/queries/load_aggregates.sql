-- Counted lines of spans that sum up one of these responses.
SELECT *
FROM bill_lines
WHERE start_ns >= $since::BIGINT
  AND response_key IN (SELECT unnest($keys::UBIGINT[]))
  AND aggregate
  AND excluded IS NULL
