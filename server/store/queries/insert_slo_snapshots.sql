INSERT INTO slo_snapshots
SELECT unnest($slos::VARCHAR[]), unnest($versions::BIGINT[]), $at::BIGINT, unnest($good::BIGINT[]), unnest($total::BIGINT[]),
  unnest($facts::VARCHAR[])
