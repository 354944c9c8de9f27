SELECT DISTINCT trace_lo FROM traces
