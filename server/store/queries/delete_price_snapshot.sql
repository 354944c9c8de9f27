DELETE FROM price_snapshots WHERE origin = $origin::VARCHAR
