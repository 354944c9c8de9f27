-- Run in the transaction of the question. Nested attempts share the fate of the nearest one around them that lost itself.
INSERT INTO lost_fates
WITH RECURSIVE lost AS MATERIALIZED (
  SELECT a.attempt_key, any_value(a.outer_attempt_key) AS outer_attempt_key, NOT bool_or(a.outcome = 'succeeded') AS own
  FROM current_tries($noted::BOOLEAN) AS a
  SEMI JOIN losing_attempts AS l ON l.attempt_key = a.attempt_key
  WHERE a.start_ns >= $from::BIGINT - 86400000000000 AND a.start_ns < $to::BIGINT
  GROUP BY a.attempt_key
),
fate AS (
  SELECT attempt_key, NULL::UBIGINT AS fate_key, outer_attempt_key, own FROM lost WHERE NOT own
  UNION ALL
  SELECT f.attempt_key, l.attempt_key, l.outer_attempt_key, l.own
  FROM fate AS f
  JOIN lost AS l ON l.attempt_key = f.outer_attempt_key
  WHERE NOT f.own
)
SELECT attempt_key, any_value(fate_key) FROM fate WHERE own GROUP BY attempt_key
