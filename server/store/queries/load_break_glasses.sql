-- Of each budget the newest setting aside of its limit.
SELECT budget_id, at_ns, until_ns, actor, reason
FROM break_glasses
QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY rowid DESC) = 1
