SELECT attempt_key, waste FROM losing_attempts
