drop table drawbridge_migrated_users;
