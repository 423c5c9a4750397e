-- server: mariadb
-- source: FriendsOfSymfony/FOSUserBundle, Resources/config/doctrine-mapping/User.orm.xml; `locked` and `expired` as in the mapping of 1.3; the rest after 2.1 and the index names from memory
-- identifier: ADA@example.com
-- identifier: ADA_l
-- disabled: grace@example.com
-- password: x
create table fos_user (
  id int auto_increment not null, username varchar(180) not null, username_canonical varchar(180) not null,
  email varchar(180) not null, email_canonical varchar(180) not null, enabled tinyint(1) not null,
  locked tinyint(1) not null default 0, expired tinyint(1) not null default 0,
  salt varchar(255) default null, password varchar(255) not null, last_login datetime default null,
  confirmation_token varchar(180) default null, password_requested_at datetime default null,
  roles longtext not null comment '(DC2Type:array)',
  unique index UNIQ_957A647992FC23A8 (username_canonical), unique index UNIQ_957A6479A0D96FBF (email_canonical),
  unique index UNIQ_957A6479C05FB297 (confirmation_token), primary key (id)
) default character set utf8mb4 collate utf8mb4_unicode_ci engine = InnoDB;
insert into fos_user (username, username_canonical, email, email_canonical, enabled, salt, password, confirmation_token, roles) values
  ('Ada_L', 'ada_l', 'Ada@Example.com', 'ada@example.com', 1, 't5qxfy5njf48wcccww8ckc0k4gw0wok',
   'qcHLYByS9P42cPHAl+I9st2cLpXSt3KHPgozR4km3wK2+0RAK8YbGExjjFasDTYUjFC3Pr04/PhEJIyulXLwiQ==', null,
   'a:2:{i:0;s:10:"ROLE_ADMIN";i:1;s:11:"ROLE_EDITOR";}'),
  ('grace', 'grace', 'grace@example.com', 'grace@example.com', 1, 't5qxfy5njf48wcccww8ckc0k4gw0wok',
   'qcHLYByS9P42cPHAl+I9st2cLpXSt3KHPgozR4km3wK2+0RAK8YbGExjjFasDTYUjFC3Pr04/PhEJIyulXLwiQ==',
   'vJ3kZ0n9mE5q8m2w7x1y4z6a8b0c2d4e6f8g0h2i4j6', 'a:0:{}'),
  -- Without a salt: bcrypt.
  ('joan', 'joan', 'joan@example.org', 'joan@example.org', 1, null,
   '$2y$10$3o9IF74Phgdz4Q6j7K7s0unovt.v.7YBLKFyV73pGTd2.tfdz/F8e', null, 'a:0:{}');
update fos_user set locked = 1 where username = 'grace';
