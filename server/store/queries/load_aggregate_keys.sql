SELECT DISTINCT response_key FROM bill_lines WHERE response_key IS NOT NULL AND aggregate AND start_ns >= $since::BIGINT
