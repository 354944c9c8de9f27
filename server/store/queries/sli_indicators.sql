SELECT indicator, counted_from_ns, complete FROM sli_indicators
