-- server: mariadb
-- source: phpbb/phpbb, install/schemas/mysql_41_schema.sql of 3.0.14 with the migrations of phpbb/db/migration/data up to 3.3
-- identifier: Ada@Example.com
-- identifier: ADA L
-- disabled: grace@example.com
-- password: password
create table phpbb_users (
  user_id int(10) unsigned not null auto_increment, user_type tinyint(2) default 0 not null,
  group_id mediumint(8) unsigned default 3 not null, user_permissions mediumtext not null,
  user_perm_from mediumint(8) unsigned default 0 not null, user_ip varchar(40) default '' not null,
  user_regdate int(11) unsigned default 0 not null, username varchar(255) default '' not null,
  username_clean varchar(255) default '' not null, user_password varchar(255) default '' not null,
  user_passchg int(11) unsigned default 0 not null, user_email varchar(100) default '' not null,
  user_birthday varchar(10) default '' not null, user_lastvisit int(11) unsigned default 0 not null,
  user_last_active int(11) unsigned default 0 not null, user_lastmark int(11) unsigned default 0 not null,
  user_lastpost_time int(11) unsigned default 0 not null, user_lastpage varchar(200) default '' not null,
  user_last_confirm_key varchar(10) default '' not null, user_last_search int(11) unsigned default 0 not null,
  user_warnings tinyint(4) default 0 not null, user_last_warning int(11) unsigned default 0 not null,
  user_login_attempts tinyint(4) default 0 not null, user_inactive_reason tinyint(2) default 0 not null,
  user_inactive_time int(11) unsigned default 0 not null, user_posts mediumint(8) unsigned default 0 not null,
  user_lang varchar(30) default '' not null, user_timezone varchar(100) default '' not null,
  user_dateformat varchar(64) default 'd M Y H:i' not null, user_style mediumint(8) unsigned default 0 not null,
  user_rank mediumint(8) unsigned default 0 not null, user_colour varchar(6) default '' not null,
  user_new_privmsg int(4) default 0 not null, user_unread_privmsg int(4) default 0 not null,
  user_last_privmsg int(11) unsigned default 0 not null, user_message_rules tinyint(1) unsigned default 0 not null,
  user_full_folder int(11) default -3 not null, user_emailtime int(11) unsigned default 0 not null,
  user_topic_show_days smallint(4) unsigned default 0 not null,
  user_topic_sortby_type varchar(1) default 't' not null, user_topic_sortby_dir varchar(1) default 'd' not null,
  user_post_show_days smallint(4) unsigned default 0 not null,
  user_post_sortby_type varchar(1) default 't' not null, user_post_sortby_dir varchar(1) default 'a' not null,
  user_notify tinyint(1) unsigned default 0 not null, user_notify_pm tinyint(1) unsigned default 1 not null,
  user_notify_type tinyint(4) default 0 not null, user_allow_pm tinyint(1) unsigned default 1 not null,
  user_allow_viewonline tinyint(1) unsigned default 1 not null,
  user_allow_viewemail tinyint(1) unsigned default 1 not null,
  user_allow_massemail tinyint(1) unsigned default 1 not null,
  user_options int(11) unsigned default 230271 not null, user_avatar varchar(255) default '' not null,
  user_avatar_type varchar(255) default '' not null, user_avatar_width smallint(4) unsigned default 0 not null,
  user_avatar_height smallint(4) unsigned default 0 not null, user_sig mediumtext not null,
  user_sig_bbcode_uid varchar(8) default '' not null, user_sig_bbcode_bitfield varchar(255) default '' not null,
  user_jabber varchar(255) default '' not null, user_actkey varchar(32) default '' not null,
  user_actkey_expiration int(11) unsigned default 0 not null, reset_token varchar(64) default '' not null,
  reset_token_expiration int(11) unsigned default 0 not null, user_newpasswd varchar(255) default '' not null,
  user_form_salt varchar(32) default '' not null, user_new tinyint(1) unsigned default 1 not null,
  user_reminded tinyint(4) default 0 not null, user_reminded_time int(11) unsigned default 0 not null,
  primary key (user_id), key user_birthday (user_birthday), key user_type (user_type), key user_email (user_email),
  unique key username_clean (username_clean)
) character set utf8 collate utf8_bin;
create table phpbb_groups (
  group_id mediumint(8) unsigned not null auto_increment, group_type tinyint(4) default 1 not null,
  group_founder_manage tinyint(1) unsigned default 0 not null,
  group_skip_auth tinyint(1) unsigned default 0 not null, group_name varchar(255) default '' not null,
  group_desc text not null, group_desc_bitfield varchar(255) default '' not null,
  group_desc_options int(11) unsigned default 7 not null, group_desc_uid varchar(8) default '' not null,
  group_display tinyint(1) unsigned default 0 not null, group_avatar varchar(255) default '' not null,
  group_avatar_type varchar(255) default '' not null, group_avatar_width smallint(4) unsigned default 0 not null,
  group_avatar_height smallint(4) unsigned default 0 not null, group_rank mediumint(8) unsigned default 0 not null,
  group_colour varchar(6) default '' not null, group_sig_chars mediumint(8) unsigned default 0 not null,
  group_receive_pm tinyint(1) unsigned default 0 not null,
  group_message_limit mediumint(8) unsigned default 0 not null,
  group_max_recipients mediumint(8) unsigned default 0 not null,
  group_legend mediumint(8) unsigned default 0 not null, primary key (group_id),
  key group_legend_name (group_legend, group_name)
) character set utf8 collate utf8_bin;
create table phpbb_user_group (
  group_id mediumint(8) unsigned default 0 not null, user_id int(10) unsigned default 0 not null,
  group_leader tinyint(1) unsigned default 0 not null, user_pending tinyint(1) unsigned default 1 not null,
  key group_id (group_id), key user_id (user_id), key group_leader (group_leader)
) character set utf8 collate utf8_bin;
insert into phpbb_users (user_id, user_type, group_id, username, username_clean, user_password, user_email, user_lang, user_timezone, user_permissions, user_sig, user_inactive_reason) values
  (1, 2, 1, 'Anonymous', 'anonymous', '', '', 'en', '', '', '', 0),
  (2, 3, 5, 'Ada L', 'ada l', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', 'ada@example.com', 'en', 'Europe/London', '', '', 0),
  (3, 1, 2, 'Grace', 'grace', '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', 'grace@example.com', 'en', 'UTC', '', '', 3),
  (4, 2, 6, 'Example [Bot]', 'example [bot]', '', '', 'en', 'UTC', '', '', 0),
  (5, 0, 2, 'Joan', 'joan', '$H$9PE8jEklgZhgLmZl5.HYJAzfGCQtzi1', 'joan@example.org', 'en', 'UTC', '', '', 0);
insert into phpbb_groups (group_id, group_type, group_name, group_desc) values
  (1, 3, 'GUESTS', ''), (2, 3, 'REGISTERED', ''), (4, 3, 'GLOBAL_MODERATORS', ''), (5, 3, 'ADMINISTRATORS', ''), (6, 3, 'BOTS', ''), (8, 1, 'Club', '');
insert into phpbb_user_group (group_id, user_id, user_pending) values (2, 2, 0), (5, 2, 0), (8, 2, 1), (1, 1, 0), (2, 3, 0), (6, 4, 0), (2, 5, 0);
