SELECT * FROM incidents WHERE incident_id = $id::VARCHAR
