create table if not exists drawbridge_migrated_users (
    user_id varchar(255) primary key,
    migrated_at timestamp(6) not null,
    marked_by varchar(255) not null
);
