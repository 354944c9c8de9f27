-- Changes of alerts that are no longer there.
DELETE FROM alert_changes WHERE at_ns < $before::BIGINT AND alert_id NOT IN (SELECT alert_id FROM alerts)
