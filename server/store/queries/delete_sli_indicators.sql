DELETE FROM sli_indicators WHERE indicator IN (SELECT unnest($indicators::VARCHAR[]))
