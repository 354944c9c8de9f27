INSERT INTO server_minutes
SELECT unnest($minutes::BIGINT[]), unnest($events::VARCHAR[]), unnest($outcomes::VARCHAR[]), unnest($counts::BIGINT[]),
  unnest($buckets::VARCHAR[])
