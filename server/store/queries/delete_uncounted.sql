DELETE FROM uncounted WHERE seq <= $seen::BIGINT
