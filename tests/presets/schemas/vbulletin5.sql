-- server: mariadb
-- source: vBulletin 5: user of 4.2 with token, scheme and secret, from memory
-- identifier: ada@example.com
-- identifier: ADA
-- disabled: grace@example.com
-- password: S3cret-Pass
create table user (
  userid int(10) unsigned not null auto_increment, usergroupid smallint(5) unsigned not null default 0,
  membergroupids char(250) not null default '', displaygroupid smallint(5) unsigned not null default 0,
  username varchar(100) not null default '', token varchar(255) not null default '', scheme varchar(100) not null default '', secret varchar(100) not null default '', passworddate date not null default '0000-00-00', email char(100) not null default '',
  styleid smallint(5) unsigned not null default 0, parentemail char(50) not null default '', homepage char(100) not null default '',
  icq char(20) not null default '', aim char(20) not null default '', yahoo char(32) not null default '', msn char(100) not null default '',
  skype char(32) not null default '', showvbcode smallint(5) unsigned not null default 0,
  showbirthday smallint(5) unsigned not null default 2, usertitle char(250) not null default '', customtitle smallint(6) not null default 0,
  joindate int(10) unsigned not null default 0, daysprune smallint(6) not null default 0, lastvisit int(10) unsigned not null default 0,
  lastactivity int(10) unsigned not null default 0, lastpost int(10) unsigned not null default 0,
  lastpostid int(10) unsigned not null default 0, posts int(10) unsigned not null default 0, reputation int(11) not null default 10,
  reputationlevelid int(10) unsigned not null default 1, timezoneoffset char(4) not null default '', pmpopup smallint(6) not null default 0,
  avatarid smallint(6) not null default 0, avatarrevision int(10) unsigned not null default 0,
  profilepicrevision int(10) unsigned not null default 0, sigpicrevision int(10) unsigned not null default 0,
  options int(10) unsigned not null default 33570831, birthday char(10) not null default '',
  birthday_search date not null default '0000-00-00', maxposts smallint(6) not null default -1, startofweek smallint(6) not null default 1,
  ipaddress varchar(45) not null default '', referrerid int(10) unsigned not null default 0, languageid smallint(5) unsigned not null default 0,
  emailstamp int(10) unsigned not null default 0, threadedmode smallint(5) unsigned not null default 0,
  autosubscribe smallint(6) not null default -1, pmtotal smallint(5) unsigned not null default 0,
  pmunread smallint(5) unsigned not null default 0, ipoints int(10) unsigned not null default 0,
  infractions int(10) unsigned not null default 0, warnings int(10) unsigned not null default 0,
  infractiongroupids varchar(255) not null default '', infractiongroupid smallint(5) unsigned not null default 0,
  adminoptions int(10) unsigned not null default 0, profilevisits int(10) unsigned not null default 0,
  friendcount int(10) unsigned not null default 0, friendreqcount int(10) unsigned not null default 0,
  vmunreadcount int(10) unsigned not null default 0, vmmoderatedcount int(10) unsigned not null default 0,
  socgroupinvitecount int(10) unsigned not null default 0, socgroupreqcount int(10) unsigned not null default 0,
  pcunreadcount int(10) unsigned not null default 0, pcmoderatedcount int(10) unsigned not null default 0,
  gmmoderatedcount int(10) unsigned not null default 0, assetposthash varchar(32) not null default '',
  fbuserid varchar(255) not null default '', fbjoindate int(10) unsigned not null default 0, fbname varchar(255) not null default '',
  logintype enum('vb','fb') not null default 'vb', fbaccesstoken varchar(255) not null default '',
  primary key (userid), key usergroupid (usergroupid), key username (username), key birthday (birthday, showbirthday),
  key birthday_search (birthday_search), key referrerid (referrerid), key fbuserid (fbuserid), key email (email)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table usergroup (
  usergroupid smallint(5) unsigned not null auto_increment, title char(100) not null default '',
  description varchar(250) not null default '', usertitle char(100) not null default '', passwordexpires smallint(5) unsigned not null default 0,
  passwordhistory smallint(5) unsigned not null default 0, pmquota smallint(5) unsigned not null default 0,
  pmsendmax smallint(5) unsigned not null default 5, opentag char(100) not null default '', closetag char(100) not null default '',
  canoverride smallint(5) unsigned not null default 0, ispublicgroup smallint(5) unsigned not null default 0,
  forumpermissions int(10) unsigned not null default 0, genericpermissions int(10) unsigned not null default 0,
  genericoptions int(10) unsigned not null default 0, primary key (usergroupid)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
create table userban (
  userid int(10) unsigned not null default 0, usergroupid smallint(5) unsigned not null default 0,
  displaygroupid smallint(5) unsigned not null default 0, usertitle char(250) not null default '', customtitle smallint(6) not null default 0,
  adminid int(10) unsigned not null default 0, bandate int(10) unsigned not null default 0, liftdate int(10) unsigned not null default 0,
  reason varchar(255) not null default '', primary key (userid), key liftdate (liftdate)
) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_general_ci;
insert into usergroup (usergroupid, title, genericoptions) values
  (1, 'Unregistered / Not Logged In', 32), (2, 'Registered Users', 47), (3, 'Users Awaiting Email Confirmation', 32),
  (4, '(COPPA) Users Awaiting Moderation', 32), (6, 'Administrators', 63), (7, 'Moderators', 63), (8, 'Banned Users', 0),
  (9, 'Banned by the spam filter', 0);
insert into user (userid, usergroupid, membergroupids, username, token, scheme, secret, passworddate, email, usertitle, joindate) values
  (1, 6, '2,7', 'Ada', '$2y$10$WfbAxcLS3ZOHKQXRIQkiVelbG44s7XFKsFpr/.FTWK4gzHnsBE7h2', 'blowfish:10', 'z1', '2018-01-01', 'Ada@Example.com', 'Administrator', 1514764800),
  (2, 8, '', 'grace', '$2y$10$WfbAxcLS3ZOHKQXRIQkiVelbG44s7XFKsFpr/.FTWK4gzHnsBE7h2', 'blowfish:10', 'z2', '2018-01-01', 'grace@example.com', '', 1514764800),
  (3, 2, '', 'joan', '90697cea2bec8863d8f49b72e65053ec 66966fd7c4603dccb17bf7ce6dd69e', 'legacy', 'z3', '2012-01-01', 'joan@example.org', '', 1325376000),
  (4, 9, '', 'radia', '$2y$10$WfbAxcLS3ZOHKQXRIQkiVelbG44s7XFKsFpr/.FTWK4gzHnsBE7h2', 'blowfish:10', 'z4', '2018-01-01', 'radia@example.org', '', 1514764800);
insert into userban (userid, usergroupid, adminid, bandate) values (2, 2, 1, 1600000000), (4, 2, 1, 1600000000);
