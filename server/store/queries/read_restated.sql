SELECT kind, trace_hi, trace_lo, span_id, new_cost, new_price_id, new_reason FROM restated
