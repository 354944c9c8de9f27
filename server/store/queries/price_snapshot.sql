-- The hash of the newest snapshot of an origin.
SELECT hash FROM price_snapshots WHERE origin = $origin::VARCHAR
