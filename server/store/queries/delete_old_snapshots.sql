-- How SLOs stood, too long ago; and of the hourly snapshots before `thin` all but the last of each day. What began or ended
-- an alert stays.
DELETE FROM slo_snapshots
WHERE at_ns < $before::BIGINT
  OR rowid IN (
    SELECT rowid FROM slo_snapshots
    WHERE at_ns < $thin::BIGINT AND json_extract_string(facts, '$.kind') = 'snapshot'
    QUALIFY row_number() OVER (PARTITION BY slo, at_ns // 86400000000000 ORDER BY at_ns DESC) > 1
  )
