INSERT INTO slo_versions
VALUES ($name, $version::INTEGER, $definition::VARCHAR, $at::BIGINT, $actor, $reason::VARCHAR)
