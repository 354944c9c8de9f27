INSERT INTO price_versions (price_id, provider, model, tier, units, source, known_at_ns, checked_on)
SELECT $id::VARCHAR, $provider::VARCHAR, $model::VARCHAR, $tier::VARCHAR, $units::VARCHAR, $source::VARCHAR, $known::BIGINT,
  $checkedOn::VARCHAR
WHERE NOT EXISTS (SELECT 1 FROM price_versions WHERE price_id = $id::VARCHAR)
