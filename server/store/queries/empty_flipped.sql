DELETE FROM flipped
