SELECT DISTINCT attempt_key FROM settling_tries
