-- server: postgres
-- source: redmine/redmine 6.0, db/migrate (001_setup to 20241103184550)
-- identifier: ada.l
-- identifier: ada@example.com
-- disabled: grace
-- password: S3cret-Pass
create table users (
  id serial primary key, login character varying default '' not null,
  hashed_password character varying(40) default '' not null, firstname character varying(30) default '' not null,
  lastname character varying(255) default '' not null, admin boolean default false not null,
  status integer default 1 not null, last_login_on timestamp without time zone,
  language character varying(5) default '', auth_source_id integer, created_on timestamp without time zone,
  updated_on timestamp without time zone, type character varying,
  mail_notification character varying default '' not null, salt character varying(64),
  must_change_passwd boolean default false not null, passwd_changed_on timestamp without time zone,
  twofa_scheme character varying, twofa_totp_key character varying, twofa_totp_last_used_at integer,
  twofa_required boolean default false);
create index index_users_on_auth_source_id on users (auth_source_id);
create index index_users_on_id_and_type on users (id, type);
create index index_users_on_type on users (type);
create table email_addresses (
  id serial primary key, user_id integer not null, address character varying not null,
  is_default boolean default false not null, notify boolean default true not null,
  created_on timestamp without time zone not null, updated_on timestamp without time zone not null);
create index index_email_addresses_on_user_id on email_addresses (user_id);
create table groups_users (group_id integer not null, user_id integer not null);
create unique index groups_users_ids on groups_users (group_id, user_id);
insert into users (id, login, hashed_password, firstname, lastname, admin, status, language, type, mail_notification, salt) values
  (1, 'Ada.L', '8f984e711fc4743f45b444ed1e0f6f8bec7416f9', 'Ada', 'Lovelace', true, 1, 'de', 'User', 'all', 'caeda64473ddcd9b04dd3d632d49e95e'),
  (2, 'grace', '8f984e711fc4743f45b444ed1e0f6f8bec7416f9', 'Grace', 'H', false, 3, '', 'User', 'none', 'caeda64473ddcd9b04dd3d632d49e95e'),
  (3, '', '', '', 'Anonymous', false, 0, '', 'AnonymousUser', 'only_my_events', null),
  (4, '', '', '', 'Anonymous users', false, 1, '', 'GroupAnonymous', '', null),
  (5, '', '', '', 'Non member users', false, 1, '', 'GroupNonMember', '', null),
  (6, '', '', '', 'Developers', false, 1, '', 'Group', '', null),
  (7, '', '', '', 'Reviewers', false, 1, '', 'Group', '', null),
  -- A user of an LDAP directory.
  (8, 'joan', '', 'Joan', 'C', false, 1, 'en', 'User', 'only_my_events', null);
insert into email_addresses (user_id, address, is_default, created_on, updated_on) values
  (1, 'Ada@Example.com', true, '2020-01-01', '2020-01-01'), (1, 'ada.second@example.org', false, '2020-01-01', '2020-01-01'),
  (2, 'grace@example.com', true, '2020-01-01', '2020-01-01'), (8, 'joan@example.org', true, '2020-01-01', '2020-01-01');
insert into groups_users values (6, 1), (7, 1), (6, 2);
