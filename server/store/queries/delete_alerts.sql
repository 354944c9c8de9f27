DELETE FROM alerts WHERE alert_id IN (SELECT unnest($ids::VARCHAR[]))
