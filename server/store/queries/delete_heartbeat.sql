DELETE FROM heartbeats WHERE name = $name
