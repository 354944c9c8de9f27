UPDATE restatements SET
  undo_done_ns = $done::BIGINT,
  lines_restored = lines_restored + $restored::BIGINT,
  lines_kept = lines_kept + $kept::BIGINT
WHERE restatement = $restatement::INTEGER
