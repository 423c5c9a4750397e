-- server: mariadb
-- source: laravel/laravel 11, database/migrations/0001_01_01_000000_create_users_table.php
-- identifier: ada@example.com
-- password: password
create table migrations (
  id int unsigned not null auto_increment primary key, migration varchar(255) not null, batch int not null
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
create table users (
  id bigint unsigned not null auto_increment primary key, name varchar(255) not null, email varchar(255) not null,
  email_verified_at timestamp null, password varchar(255) not null, remember_token varchar(100) null,
  created_at timestamp null, updated_at timestamp null
) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table users add unique users_email_unique (email);
insert into migrations values (1, '0001_01_01_000000_create_users_table', 1);
insert into users (name, email, email_verified_at, password, created_at, updated_at) values
  ('Ada Lovelace', 'Ada@Example.com', '2024-01-01', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', '2024-01-01', '2024-01-01'),
  ('Grace', 'grace@example.com', null, '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', '2024-01-01', '2024-01-01'),
  ('Joan', 'joan@example.org', null, '', null, null);
