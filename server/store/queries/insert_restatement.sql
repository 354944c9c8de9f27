INSERT INTO restatements
SELECT coalesce(max(restatement), 0) + 1, $created::BIGINT, $actor::VARCHAR, $why::VARCHAR, $from::BIGINT, $to::BIGINT,
  $pipeline::VARCHAR, $kind::VARCHAR, 'applying', $linesTotal::BIGINT, $from::BIGINT, '[]', NULL, NULL, NULL, NULL,
  $from::BIGINT, 0, 0
FROM restatements
RETURNING restatement
