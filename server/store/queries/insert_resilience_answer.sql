INSERT INTO resilience_answers VALUES ($pipeline, $item, $at::BIGINT, $actor, $answer, $note)
