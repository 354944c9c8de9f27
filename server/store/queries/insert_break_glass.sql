INSERT INTO break_glasses VALUES ($budget, $at, $until, $actor, $reason)
