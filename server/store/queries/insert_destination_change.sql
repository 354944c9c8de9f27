INSERT INTO destination_changes VALUES ($destination, $at::BIGINT, $enabled, $actor, $reason)
