SELECT price_id, any_value(provider) AS provider, any_value(model) AS model, any_value(tier) AS tier,
  any_value(units) AS units, any_value(source) AS source
FROM price_versions
WHERE price_id IN (SELECT unnest($ids::VARCHAR[]))
GROUP BY price_id
