-- What an earlier question of the connection found of nested attempts.
DELETE FROM lost_fates;
DELETE FROM tangled_operations;
DELETE FROM nested_attempts;
