-- Ends of the work that wrote a dataset.
SELECT end_ns
FROM data_notes
WHERE dataset = $dataset::VARCHAR AND succeeded AND end_ns >= $from::BIGINT AND end_ns < $to::BIGINT
