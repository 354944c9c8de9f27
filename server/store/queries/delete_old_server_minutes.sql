-- What the server counted of itself longer ago than any window reaches.
DELETE FROM server_minutes WHERE minute_ns < $before::BIGINT
