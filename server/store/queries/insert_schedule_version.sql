INSERT INTO schedule_versions VALUES ($pipeline, $definition::VARCHAR, $at::BIGINT)
