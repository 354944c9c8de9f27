-- The latest sign of life of each name.
SELECT name, max(at_ns) AS at_ns FROM heartbeats GROUP BY name
