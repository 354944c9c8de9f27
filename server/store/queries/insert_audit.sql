INSERT INTO audit_log
VALUES ($at::BIGINT, $actor, $action, $subject, $before::VARCHAR, $after::VARCHAR, $reason::VARCHAR)
