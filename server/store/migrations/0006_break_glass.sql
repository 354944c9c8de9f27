-- When a hard limit was set aside by hand; the newest row of a budget counts, until its `until_ns`.
CREATE TABLE break_glasses (
  budget_id VARCHAR NOT NULL,
  at_ns BIGINT NOT NULL,
  until_ns BIGINT NOT NULL,
  actor VARCHAR NOT NULL,
  reason VARCHAR NOT NULL
);

-- Whether a value is what a scope wants: the same, or beginning like what stands before a star. NULL: it is unknown.
CREATE MACRO scope_has(value, wanted) AS
  value = wanted OR (suffix(wanted, '*') AND starts_with(value, left(wanted, length(wanted) - 1)));

-- What counted lines cost by the reservation whose id they carry.
CREATE MACRO reservation_telemetry(ids) AS TABLE
SELECT reservation_id, sum(cost_nano)::BIGINT AS telemetry_nano
FROM bill_lines
WHERE excluded IS NULL AND reservation_id IS NOT NULL AND list_contains(ids, reservation_id)
GROUP BY reservation_id;
