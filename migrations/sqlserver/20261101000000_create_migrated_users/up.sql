-- A binary collation: two users whose keys differ in case or accents are two users.
if object_id(N'drawbridge_migrated_users', N'U') is null
create table drawbridge_migrated_users (
    user_id nvarchar(255) collate Latin1_General_100_BIN2 not null primary key,
    migrated_at datetime2(6) not null,
    marked_by nvarchar(255) collate Latin1_General_100_BIN2 not null
);
