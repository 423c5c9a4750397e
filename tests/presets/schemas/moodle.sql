-- server: mariadb
-- source: moodle/moodle 4: user as public dumps show it; role and role_assignments of lib/db/install.xml from memory
-- identifier: ada@example.com
-- identifier: ADA.L
-- disabled: grace@example.com
-- password: S3cret-Pass
create table mdl_user (
  id bigint(10) not null auto_increment, auth varchar(20) not null default 'manual', confirmed tinyint(1) not null default 0,
  policyagreed tinyint(1) not null default 0, deleted tinyint(1) not null default 0, suspended tinyint(1) not null default 0,
  mnethostid bigint(10) not null default 0, username varchar(100) not null default '', password varchar(255) not null default '',
  idnumber varchar(255) not null default '', firstname varchar(100) not null default '', lastname varchar(100) not null default '',
  email varchar(100) not null default '', emailstop tinyint(1) not null default 0, phone1 varchar(20) not null default '',
  phone2 varchar(20) not null default '', institution varchar(255) not null default '', department varchar(255) not null default '',
  address varchar(255) not null default '', city varchar(120) not null default '', country varchar(2) not null default '',
  lang varchar(30) not null default 'en', calendartype varchar(30) not null default 'gregorian', theme varchar(50) not null default '',
  timezone varchar(100) not null default '99', firstaccess bigint(10) not null default 0, lastaccess bigint(10) not null default 0,
  lastlogin bigint(10) not null default 0, currentlogin bigint(10) not null default 0, lastip varchar(45) not null default '',
  secret varchar(15) not null default '', picture bigint(10) not null default 0, description longtext,
  descriptionformat tinyint(2) not null default 1, mailformat tinyint(1) not null default 1, maildigest tinyint(1) not null default 0,
  maildisplay tinyint(2) not null default 2, autosubscribe tinyint(1) not null default 1, trackforums tinyint(1) not null default 0,
  timecreated bigint(10) not null default 0, timemodified bigint(10) not null default 0, trustbitmask bigint(10) not null default 0,
  imagealt varchar(255), lastnamephonetic varchar(255), firstnamephonetic varchar(255), middlename varchar(255),
  alternatename varchar(255), moodlenetprofile varchar(255),
  primary key (id), unique key mdl_user_mneuse_uix (mnethostid, username), key mdl_user_del_ix (deleted),
  key mdl_user_con_ix (confirmed), key mdl_user_fir_ix (firstname), key mdl_user_las_ix (lastname), key mdl_user_cit_ix (city),
  key mdl_user_cou_ix (country), key mdl_user_las2_ix (lastaccess), key mdl_user_ema_ix (email), key mdl_user_aut_ix (auth),
  key mdl_user_idn_ix (idnumber), key mdl_user_fir2_ix (firstnamephonetic), key mdl_user_las3_ix (lastnamephonetic),
  key mdl_user_mid_ix (middlename), key mdl_user_alt_ix (alternatename)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci row_format=compressed;
create table mdl_role (
  id bigint(10) not null auto_increment, name varchar(255) not null default '', shortname varchar(100) not null default '',
  description longtext not null, sortorder bigint(10) not null default 0, archetype varchar(30) not null default '',
  primary key (id), unique key mdl_role_sor_uix (sortorder), unique key mdl_role_sho_uix (shortname)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci row_format=compressed;
create table mdl_role_assignments (
  id bigint(10) not null auto_increment, roleid bigint(10) not null default 0, contextid bigint(10) not null default 0,
  userid bigint(10) not null default 0, timemodified bigint(10) not null default 0, modifierid bigint(10) not null default 0,
  component varchar(100) not null default '', itemid bigint(10) not null default 0, sortorder bigint(10) not null default 0,
  primary key (id), key mdl_roleassi_sor_ix (sortorder), key mdl_roleassi_rolcon_ix (roleid, contextid),
  key mdl_roleassi_useconrol_ix (userid, contextid, roleid), key mdl_roleassi_comiteuse_ix (component, itemid, userid),
  key mdl_roleassi_rol_ix (roleid), key mdl_roleassi_con_ix (contextid), key mdl_roleassi_use_ix (userid)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_unicode_ci row_format=compressed;
insert into mdl_user (id, auth, confirmed, deleted, suspended, mnethostid, username, password, firstname, lastname, email, lang) values
  (1, 'manual', 1, 0, 0, 1, 'guest', '', 'Guest user', ' ', 'root@localhost', 'en'),
  (2, 'manual', 1, 0, 0, 1, 'ada.l', '$6$rounds=10000$2725fbf0fd3373d0$6TcpSFxCNGyE2s/U1ELQ88hCvxGWrwjrOWapxmUfqwXLUVUgCLthL67uA3/gDW7nZqhc3AfkUQE0hbcvVbYaw0', 'Ada', 'Lovelace', 'Ada@Example.com', 'de'),
  (3, 'manual', 1, 0, 1, 1, 'grace', '$6$rounds=10000$2725fbf0fd3373d0$6TcpSFxCNGyE2s/U1ELQ88hCvxGWrwjrOWapxmUfqwXLUVUgCLthL67uA3/gDW7nZqhc3AfkUQE0hbcvVbYaw0', 'Grace', 'H', 'grace@example.com', 'en'),
  (4, 'manual', 1, 1, 0, 1, 'joan@example.org.1577836800', '', 'Joan', 'C', '6f1ed002ab5595859014ebf0951522d9', 'en'),
  (5, 'nologin', 1, 0, 0, 1, 'radia', 'not cached', 'Radia', 'P', 'radia@example.org', 'en');
insert into mdl_role (id, shortname, description, sortorder, archetype) values
  (1, 'manager', '', 1, 'manager'), (3, 'editingteacher', '', 3, 'editingteacher'), (5, 'student', '', 5, 'student');
insert into mdl_role_assignments (roleid, contextid, userid) values (1, 1, 2), (3, 20, 2), (3, 21, 2), (5, 20, 3);
