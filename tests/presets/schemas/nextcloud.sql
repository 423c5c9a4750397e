-- server: mariadb
-- source: nextcloud/server, core/Migrations Version13000Date20170718121200 and Version31000Date20240814184402; index and type of uid_lower from memory
-- identifier: ADA@example.com
-- identifier: ada
-- disabled: grace@example.com
-- password: password
create table oc_users (
  uid varchar(64) not null default '', displayname varchar(64) default null, password varchar(255) not null default '',
  uid_lower varchar(64) default '', primary key (uid), key user_uid_lower (uid_lower)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin row_format=dynamic;
create table oc_preferences (
  userid varchar(64) not null default '', appid varchar(32) not null default '', configkey varchar(64) not null default '',
  configvalue longtext default null, lazy smallint(5) unsigned not null default 0, type smallint(5) unsigned not null default 0,
  flags int(10) unsigned not null default 0, indexed varchar(64) not null default '',
  primary key (userid, appid, configkey), key prefs_uid_lazy_i (userid, lazy), key prefs_app_key_ind_fl_i (appid, configkey, indexed, flags)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin row_format=dynamic;
create table oc_groups (
  gid varchar(64) not null default '', displayname varchar(255) not null default 'name', primary key (gid)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin row_format=dynamic;
create table oc_group_user (
  gid varchar(64) not null default '', uid varchar(64) not null default '', primary key (gid, uid), key gu_uid_index (uid)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin row_format=dynamic;
insert into oc_users values
  ('Ada', 'Ada Lovelace', '2|$argon2i$v=19$m=1024,t=2,p=2$T3JGcEkxVFNOVktNSjZUcg$4/hyLtSejxNgAuzSFFV/HLM3qRQKBwEtKw61qPN4zWA', 'ada'),
  ('grace', null, '2|$argon2i$v=19$m=1024,t=2,p=2$T3JGcEkxVFNOVktNSjZUcg$4/hyLtSejxNgAuzSFFV/HLM3qRQKBwEtKw61qPN4zWA', 'grace'),
  ('joan', null, '1|$2a$05$ST5E.rplNRfDCzRpzq69leRzsTGtY7k88h9Vy2eWj0Ug/iA9w5kGK', 'joan');
insert into oc_preferences (userid, appid, configkey, configvalue) values
  ('Ada', 'settings', 'email', 'Ada@Example.com'), ('Ada', 'core', 'lang', 'en'), ('Ada', 'core', 'enabled', 'true'),
  ('Ada', 'login', 'lastLogin', '1577836800'), ('grace', 'settings', 'email', 'grace@example.com'),
  ('grace', 'core', 'enabled', 'false'), ('joan', 'core', 'lang', 'de');
insert into oc_groups values ('admin', 'admin'), ('staff', 'Staff');
insert into oc_group_user values ('admin', 'Ada'), ('staff', 'Ada'), ('staff', 'grace');
