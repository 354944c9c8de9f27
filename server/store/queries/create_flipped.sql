CREATE TEMP TABLE flipped (attempt_key UBIGINT, waste_sign BIGINT, failure_sign BIGINT)
