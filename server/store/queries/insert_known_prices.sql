-- What the new snapshot says for the first time, or again.
INSERT INTO price_ledger
SELECT fact_key, $origin::VARCHAR, provider, model, tier, unit, above_tokens, amount, valid_from_ns, valid_to_ns, daily_from,
  daily_to, source, checked_on, price_id, $known::BIGINT, NULL
FROM incoming_prices
WHERE fact_key NOT IN (SELECT fact_key FROM price_ledger WHERE origin = $origin::VARCHAR AND known_until_ns IS NULL)
