INSERT INTO price_snapshots VALUES ($origin::VARCHAR, $hash::VARCHAR, $known::BIGINT)
