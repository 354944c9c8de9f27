INSERT INTO sli_minutes
SELECT unnest($indicators::VARCHAR[]), unnest($minutes::BIGINT[]), unnest($good::BIGINT[]), unnest($total::BIGINT[]),
  unnest($badOperations::BIGINT[]), $known::BIGINT, unnest($causes::VARCHAR[])
