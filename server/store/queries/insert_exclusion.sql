INSERT INTO slo_exclusions
VALUES ($id, $scope, $from::BIGINT, $to::BIGINT, $rrule::VARCHAR, $timeZone, $reason, $actor, $created::BIGINT, NULL, NULL, NULL)
