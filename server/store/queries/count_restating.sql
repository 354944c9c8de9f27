SELECT count(*) FROM restating
