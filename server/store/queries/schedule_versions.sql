-- Schedules that pipelines ever had, oldest first.
SELECT pipeline, definition, from_ns FROM schedule_versions ORDER BY pipeline, from_ns
