-- server: mariadb
-- source: XenForo 2.2, xf_user and xf_user_authenticate as public dumps show them; xf_user_group from memory
-- identifier: ada@example.com
-- identifier: ADA
-- disabled: grace@example.com
-- password: x
create table xf_user (
  user_id int(10) unsigned not null auto_increment, username varchar(50) not null, username_date int(10) unsigned not null default 0,
  username_date_visible int(10) unsigned not null default 0, email varchar(120) not null, custom_title varchar(50) not null default '',
  language_id int(10) unsigned not null, style_id int(10) unsigned not null, timezone varchar(50) not null,
  visible tinyint(3) unsigned not null default 1, activity_visible tinyint(3) unsigned not null default 1,
  user_group_id int(10) unsigned not null, secondary_group_ids varbinary(255) not null,
  display_style_group_id int(10) unsigned not null default 0, permission_combination_id int(10) unsigned not null,
  message_count int(10) unsigned not null default 0, question_solution_count int(10) unsigned not null default 0,
  conversations_unread smallint(5) unsigned not null default 0, register_date int(10) unsigned not null default 0,
  last_activity int(10) unsigned not null default 0, last_summary_email_date int(10) unsigned default null,
  trophy_points int(10) unsigned not null default 0, alerts_unviewed smallint(5) unsigned not null default 0,
  alerts_unread smallint(5) unsigned not null default 0, avatar_date int(10) unsigned not null default 0,
  avatar_width smallint(5) unsigned not null default 0, avatar_height smallint(5) unsigned not null default 0,
  avatar_highdpi tinyint(3) unsigned not null default 0, gravatar varchar(120) not null default '',
  user_state enum('valid','email_confirm','email_confirm_edit','moderated','email_bounce','rejected','disabled') not null default 'valid',
  security_lock enum('','change','reset') not null default '', is_moderator tinyint(3) unsigned not null default 0,
  is_admin tinyint(3) unsigned not null default 0, is_banned tinyint(3) unsigned not null default 0,
  reaction_score int(11) not null default 0, vote_score int(11) not null default 0, warning_points int(10) unsigned not null default 0,
  is_staff tinyint(3) unsigned not null default 0, secret_key varbinary(32) not null,
  privacy_policy_accepted int(10) unsigned not null default 0, terms_accepted int(10) unsigned not null default 0,
  primary key (user_id), unique key username (username), key email (email), key permission_combination_id (permission_combination_id),
  key user_state (user_state), key last_activity (last_activity), key last_summary_email_date (last_summary_email_date),
  key message_count (message_count), key trophy_points (trophy_points), key reaction_score (reaction_score),
  key register_date (register_date), key question_solution_count (question_solution_count), key vote_score (vote_score),
  key staff_username (is_staff, username)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table xf_user_authenticate (
  user_id int(10) unsigned not null, scheme_class varchar(100) not null, data mediumblob not null, primary key (user_id)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table xf_user_group (
  user_group_id int(10) unsigned not null auto_increment, title varchar(50) not null, display_style_priority int(10) unsigned not null default 0,
  username_css text not null, user_title varchar(100) not null default '', banner_css_class varchar(75) not null default '',
  banner_text varchar(100) not null default '', primary key (user_group_id), key title (title)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
insert into xf_user (user_id, username, email, language_id, style_id, timezone, user_group_id, secondary_group_ids, permission_combination_id, user_state, is_banned, is_admin, secret_key) values
  (1, 'Ada', 'Ada@Example.com', 1, 0, 'Europe/London', 2, '3,4', 5, 'valid', 0, 1, 'k1'),
  (2, 'grace', 'grace@example.com', 1, 0, 'Europe/London', 2, '', 2, 'valid', 1, 0, 'k2'),
  (3, 'joan', 'joan@example.org', 1, 0, 'Europe/London', 2, '', 2, 'email_confirm', 0, 0, 'k3'),
  (4, 'radia', 'radia@example.org', 1, 0, 'Europe/London', 2, '', 2, 'rejected', 0, 0, 'k4');
insert into xf_user_authenticate values
  (1, 'XF:Core12', 'a:1:{s:4:"hash";s:60:"$2y$10$OKx6MqINPvXXV.jHiYqTRuuHViFeFTHRT76Nqp1t10mFuVnEgxt3y";}'),
  (2, 'XF:Core12', 'a:1:{s:4:"hash";s:60:"$2y$10$OKx6MqINPvXXV.jHiYqTRuuHViFeFTHRT76Nqp1t10mFuVnEgxt3y";}'),
  (3, 'XenForo_Authentication_Core', 'a:3:{s:4:"hash";s:64:"834382a2ae9eb5e3e41e38f2397dcc07dd3dc415a7bf0e4bb9b2b554ab62ca9e";s:4:"salt";s:64:"14ca5c83e6b60b26fa5a83ab89f850ea1ed150f15beae20cb29107dd686c585e";s:8:"hashFunc";s:6:"sha256";}'),
  (4, 'XF:NoPassword', 'a:0:{}');
insert into xf_user_group (user_group_id, title, username_css) values (1, 'Unregistered / Unconfirmed', ''), (2, 'Registered', ''), (3, 'Administrative', ''), (4, 'Moderating', '');
