-- A binary collation: two users whose keys differ in case or accents are two users.
create table if not exists drawbridge_migrated_users (
    user_id varchar(255) character set utf8mb4 collate utf8mb4_bin not null primary key,
    migrated_at datetime(6) not null,
    marked_by varchar(255) character set utf8mb4 collate utf8mb4_bin not null
);
