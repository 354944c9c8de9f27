SELECT state, done_ns, undo_done_ns, tallies FROM restatements WHERE restatement = $restatement::INTEGER
