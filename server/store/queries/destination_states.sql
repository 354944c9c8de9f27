-- The latest word on each destination that was ever switched.
SELECT destination, arg_max(enabled, at_ns) AS enabled, arg_max(reason, at_ns) AS reason
FROM destination_changes
GROUP BY destination
