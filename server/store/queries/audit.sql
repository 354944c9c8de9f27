-- The audit log, newest first; '' for all subjects.
SELECT at_ns, actor, action, subject, before, after, reason
FROM audit_log
WHERE $subject::VARCHAR = '' OR subject = $subject::VARCHAR
ORDER BY at_ns DESC, rowid DESC
LIMIT $limit::BIGINT OFFSET $offset::BIGINT
