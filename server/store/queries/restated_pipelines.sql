-- Whose lines cost something else by now.
SELECT DISTINCT pipeline FROM restated ORDER BY 1 LIMIT 50
