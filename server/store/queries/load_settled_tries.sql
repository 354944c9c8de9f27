SELECT DISTINCT attempt_key FROM settled_tries
