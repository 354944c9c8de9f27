INSERT INTO sli_indicators
SELECT unnest($indicators::VARCHAR[]), $from::BIGINT, $complete::BOOLEAN
