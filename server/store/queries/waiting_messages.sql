-- The oldest message of each thing at each destination; what is due goes first, pages before tickets. `due`: never tried,
-- or its time has come, or the clock was set back since it was tried.
WITH oldest AS (
  SELECT *, attempts = 0 OR next_ns <= $now::BIGINT OR tried_ns > $now::BIGINT AS due
  FROM outbox
  WHERE state = 'pending'
  QUALIFY row_number() OVER (PARTITION BY destination, dedup_key ORDER BY created_ns, rowid) = 1
)
SELECT
  message_id, dedup_key, destination, kind, severity, alert_id, incident_id, body, created_ns, expires_ns, replaces,
  attempts, next_ns, due
FROM oldest
QUALIFY row_number() OVER (PARTITION BY destination ORDER BY NOT due, severity <> 'page', created_ns) <= $each::BIGINT
ORDER BY NOT due, severity <> 'page', created_ns
