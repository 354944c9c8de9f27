-- Whether any span ever came, and when the newest was received.
SELECT max(received_ns) AS received_ns FROM spans
