INSERT INTO executions
VALUES (
  $id, $runbook, $title, $revision, $place, $steps, $incident::VARCHAR, $alert::VARCHAR, $gameDay::BOOLEAN, $started::BIGINT,
  $startedBy
)
