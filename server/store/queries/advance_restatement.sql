UPDATE restatements SET done_ns = $done::BIGINT, tallies = $tallies::VARCHAR WHERE restatement = $restatement::INTEGER
