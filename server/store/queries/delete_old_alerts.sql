-- Alerts that ended long ago and belong to no incident: what somebody worked on stays.
DELETE FROM alerts
WHERE state = 'resolved' AND suppressed IS NULL AND incident_id IS NULL AND changed_ns < $before::BIGINT
