INSERT INTO heartbeats VALUES ($name, $at::BIGINT)
