DROP TABLE restating;
DROP TABLE restated
