-- Since when this has been a database of demo data; no row: it is none.
SELECT at_ns FROM demo_data LIMIT 1
