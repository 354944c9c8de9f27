-- What became of an alert, the newest change first.
SELECT * FROM alert_changes
WHERE alert_id = $id::VARCHAR
ORDER BY at_ns DESC, state
LIMIT 200
