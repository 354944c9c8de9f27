INSERT INTO resent_spans VALUES ($hour::BIGINT, $spans::BIGINT)
