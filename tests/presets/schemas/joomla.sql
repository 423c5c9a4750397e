-- server: mariadb
-- source: joomla/joomla-cms, installation/sql/mysql/base.sql (state of 6.1)
-- identifier: ada@example.com
-- identifier: ADA
-- disabled: grace@example.com
-- password: password
create table jos_users (
  id int not null auto_increment, name varchar(400) not null default '', username varchar(150) not null default '',
  email varchar(100) not null default '', password varchar(100) not null default '', block tinyint not null default 0,
  sendEmail tinyint default 0, registerDate datetime not null, lastvisitDate datetime,
  activation varchar(100) not null default '', params text not null, lastResetTime datetime,
  resetCount int not null default 0, otpKey varchar(1000) not null default '', otep varchar(1000) not null default '',
  requireReset tinyint not null default 0, authProvider varchar(100) not null default '',
  primary key (id), key idx_name (name(100)), key idx_block (block), unique key idx_username (username), key email (email)
) engine=InnoDB default charset=utf8mb4 default collate=utf8mb4_unicode_ci;
create table jos_usergroups (
  id int unsigned not null auto_increment, parent_id int unsigned not null default 0, lft int not null default 0,
  rgt int not null default 0, title varchar(100) not null default '',
  primary key (id), unique key idx_usergroup_parent_title_lookup (parent_id, title), key idx_usergroup_title_lookup (title),
  key idx_usergroup_adjacency_lookup (parent_id), key idx_usergroup_nested_set_lookup (lft, rgt) using btree
) engine=InnoDB default charset=utf8mb4 default collate=utf8mb4_unicode_ci;
create table jos_user_usergroup_map (
  user_id int unsigned not null default 0, group_id int unsigned not null default 0, primary key (user_id, group_id)
) engine=InnoDB default charset=utf8mb4 default collate=utf8mb4_unicode_ci;
insert into jos_users (id, name, username, email, password, block, registerDate, activation, params) values
  (42, 'Ada Lovelace', 'Ada', 'Ada@Example.com', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', 0, '2020-01-01', '', ''),
  (43, 'Grace', 'grace', 'grace@example.com', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', 1, '2020-01-01', 'f1a9c0d2e4', '{}'),
  -- A hash of before 3.2.
  (44, 'Joan', 'joan', 'joan@example.org', 'b78f863f2c67410c41e617f724e22f34:89384528665349271307465505333378', 0, '2012-01-01', '', '{}');
insert into jos_usergroups values
  (1, 0, 1, 8, 'Public'), (2, 1, 2, 5, 'Registered'), (3, 2, 3, 4, 'Author'), (8, 1, 6, 7, 'Super Users');
insert into jos_user_usergroup_map values (42, 3), (42, 8), (43, 2), (44, 2);
