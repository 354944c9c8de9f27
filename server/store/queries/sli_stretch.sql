-- What is stored of an indicator from one instant to another, in pieces of `grain` nanoseconds. They travel as one text,
-- `piece:good:total:bad_operations`, blank-separated, a piece by its number since 1970: as rows they cost more than the sums.
WITH pieces AS (
  SELECT minute_ns // $grain::BIGINT AS piece, sum(good)::BIGINT AS good, sum(total)::BIGINT AS total,
    sum(bad_operations)::BIGINT AS bad
  FROM sli_minutes
  WHERE indicator = $indicator::VARCHAR AND minute_ns >= $from::BIGINT AND minute_ns < $to::BIGINT
  GROUP BY ALL
)
SELECT string_agg(concat_ws(':', piece, good, total, bad), ' ') AS counts FROM pieces
