-- server: mariadb
-- source: drupal/drupal, modules/user/user.install of 2009; what 7.x changed afterwards from memory
-- identifier: ada@example.com
-- identifier: ADA LOVELACE
-- disabled: grace@example.com
-- password: password
create table users (
  uid int(10) unsigned not null default 0, name varchar(60) not null default '', pass varchar(128) not null default '',
  mail varchar(254) default '', theme varchar(255) not null default '', signature varchar(255) not null default '',
  signature_format varchar(255) default null, created int(11) not null default 0, access int(11) not null default 0,
  login int(11) not null default 0, status tinyint(4) not null default 0, timezone varchar(32) default null,
  language varchar(12) not null default '', picture int(11) not null default 0, init varchar(254) default '',
  data longblob default null,
  primary key (uid), unique key name (name), key access (access), key created (created), key mail (mail), key picture (picture)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
create table role (
  rid int(10) unsigned not null auto_increment, name varchar(64) not null default '', weight int(11) not null default 0,
  primary key (rid), unique key name (name), key name_weight (name, weight)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
create table users_roles (
  uid int(10) unsigned not null default 0, rid int(10) unsigned not null default 0, primary key (uid, rid), key rid (rid)
) engine=InnoDB default charset=utf8 collate=utf8_general_ci;
insert into users (uid, name, pass, mail, status, timezone, language, created, init) values
  (0, '', '', '', 0, null, '', 0, ''),
  (1, 'Ada Lovelace', '$S$ErandomsaOpYrAZqwxGynirQbWYCb3ejW4BwGH81LJcOzbzeVd02', 'Ada@Example.com', 1, 'Europe/London', 'en', 1577836800, 'Ada@Example.com'),
  (2, 'grace', '$S$ErandomsaOpYrAZqwxGynirQbWYCb3ejW4BwGH81LJcOzbzeVd02', 'grace@example.com', 0, null, '', 1577836800, 'grace@example.com'),
  (3, 'joan', 'U$S$9c47LGZuhR6TvhRQXzymkJIQ3mXthUCc6KDEGTt4B7eOL/H9Ykuy', 'joan@example.org', 1, null, '', 1577836800, '');
insert into role values (1, 'anonymous user', 0), (2, 'authenticated user', 1), (3, 'administrator', 2), (4, 'editor', 3);
insert into users_roles values (1, 3), (1, 4);
