SELECT coalesce(min(first_ns), 0)::BIGINT AS first_ns, coalesce(max(last_ns), -1)::BIGINT AS last_ns FROM settling_operations
