DELETE FROM losing_attempts AS l USING flipped AS f WHERE l.attempt_key = f.attempt_key
