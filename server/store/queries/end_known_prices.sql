-- What the new snapshot does not say any more.
UPDATE price_ledger SET known_until_ns = $known::BIGINT
WHERE origin = $origin::VARCHAR
  AND known_until_ns IS NULL
  AND fact_key NOT IN (SELECT fact_key FROM incoming_prices)
