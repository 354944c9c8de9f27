SELECT count(*) FROM restated_lines
WHERE restatement = $restatement::INTEGER AND start_ns >= $from::BIGINT AND start_ns < $to::BIGINT
