INSERT INTO losing_attempts
SELECT attempt_key, after_waste FROM flipped WHERE loses
