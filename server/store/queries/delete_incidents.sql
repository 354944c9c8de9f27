DELETE FROM incidents WHERE incident_id IN (SELECT unnest($ids::VARCHAR[]))
