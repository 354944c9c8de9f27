UPDATE restatements SET
  state = $state::VARCHAR,
  finished_ns = CASE $state::VARCHAR WHEN 'applied' THEN $now::BIGINT ELSE finished_ns END,
  undone_ns = CASE $state::VARCHAR WHEN 'undone' THEN $now::BIGINT ELSE undone_ns END,
  undone_by = coalesce($actor::VARCHAR, undone_by),
  undone_why = coalesce($why::VARCHAR, undone_why)
WHERE restatement = $restatement::INTEGER
