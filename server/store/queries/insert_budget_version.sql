INSERT INTO budget_versions
VALUES ($id, $version::INTEGER, $definition::VARCHAR, $at::BIGINT, $actor, $reason::VARCHAR)
