-- server: postgres
-- source: discourse/discourse, schema annotations of app/models/user.rb, user_email.rb and user_password.rb; groups and the newest columns of users from memory
-- identifier: Ada@Example.com
-- identifier: ada_l
-- disabled: grace@example.com
-- password: пароль-Zürich-密码
create table users (
  id serial primary key, username character varying(60) not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, name character varying, last_posted_at timestamp without time zone,
  active boolean default false not null, username_lower character varying(60) not null,
  last_seen_at timestamp without time zone, admin boolean default false not null,
  last_emailed_at timestamp without time zone, trust_level integer not null, approved boolean default false not null,
  approved_by_id integer, approved_at timestamp without time zone, previous_visit_at timestamp without time zone,
  suspended_at timestamp without time zone, suspended_till timestamp without time zone, date_of_birth date,
  views integer default 0 not null, flag_level integer default 0 not null, ip_address inet,
  moderator boolean default false, title character varying, uploaded_avatar_id integer, locale character varying(10),
  primary_group_id integer, registration_ip_address inet, staged boolean default false not null,
  first_seen_at timestamp without time zone, silenced_till timestamp without time zone,
  group_locked_trust_level integer, manual_locked_trust_level integer, secure_identifier character varying,
  flair_group_id integer, last_seen_reviewable_id integer, required_fields_version integer,
  seen_notification_id bigint default 0 not null);
create index idx_users_admin on users (id) where admin;
create index idx_users_moderator on users (id) where moderator;
create index index_users_on_last_posted_at on users (last_posted_at);
create index index_users_on_last_seen_at on users (last_seen_at);
create index index_users_on_name_trgm on users (lower((name)::text));
create unique index index_users_on_secure_identifier on users (secure_identifier);
create index index_users_on_uploaded_avatar_id on users (uploaded_avatar_id);
create unique index index_users_on_username on users (username);
create unique index index_users_on_username_lower on users (username_lower);
create table user_emails (
  id serial primary key, user_id integer not null, email character varying(513) not null,
  "primary" boolean default false not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, normalized_email character varying);
create unique index index_user_emails_on_email on user_emails (lower((email)::text));
create index index_user_emails_on_normalized_email on user_emails (lower((normalized_email)::text));
create index index_user_emails_on_user_id on user_emails (user_id);
create unique index index_user_emails_on_user_id_and_primary on user_emails (user_id, "primary") where "primary";
create table user_passwords (
  id bigserial primary key, user_id integer not null, password_hash character varying(64) not null,
  password_salt character varying(32) not null, password_algorithm character varying(64) not null,
  password_expired_at timestamp(6) without time zone, created_at timestamp(6) without time zone not null,
  updated_at timestamp(6) without time zone not null);
create unique index index_user_passwords_on_user_id on user_passwords (user_id);
create table groups (
  id serial primary key, name character varying not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, automatic boolean default false not null,
  user_count integer default 0 not null, full_name character varying, visibility_level integer default 0 not null);
create unique index index_groups_on_name on groups (name);
create table group_users (
  id serial primary key, group_id integer not null, user_id integer not null,
  created_at timestamp without time zone not null, updated_at timestamp without time zone not null,
  owner boolean default false not null, notification_level integer default 2 not null,
  first_unread_pm_at timestamp without time zone default current_timestamp not null);
create unique index index_group_users_on_group_id_and_user_id on group_users (group_id, user_id);
create unique index index_group_users_on_user_id_and_group_id on group_users (user_id, group_id);
insert into users (id, username, username_lower, name, active, approved, admin, moderator, trust_level, suspended_till, staged, locale, created_at, updated_at) values
  (-1, 'system', 'system', 'system', true, true, true, true, 4, null, false, null, '2020-01-01', '2020-01-01'),
  (2, 'Ada_L', 'ada_l', 'Ada Lovelace', true, true, true, false, 2, '2021-01-01', false, 'en', '2020-01-01', '2020-01-01'),
  (3, 'grace', 'grace', null, true, true, false, false, 1, '3021-01-01', false, null, '2020-01-01', '2020-01-01'),
  -- Staged: wrote by mail only and has no account yet.
  (4, 'joan', 'joan', null, true, true, false, false, 0, null, true, null, '2020-01-01', '2020-01-01');
insert into user_emails (user_id, email, "primary", normalized_email, created_at, updated_at) values
  (-1, 'no_email', true, null, '2020-01-01', '2020-01-01'),
  (2, 'ada@example.com', true, 'ada@example.com', '2020-01-01', '2020-01-01'),
  (2, 'ada.second@example.org', false, 'adasecond@example.org', '2020-01-01', '2020-01-01'),
  (3, 'grace@example.com', true, 'grace@example.com', '2020-01-01', '2020-01-01'),
  (4, 'joan@example.org', true, 'joan@example.org', '2020-01-01', '2020-01-01');
insert into user_passwords (user_id, password_hash, password_salt, password_algorithm, created_at, updated_at)
  select id, 'd2992c0d9903d37abd9cac0cf70f7b9879fb8101583163d2f207b03dd713369d', 'a3149034673ffb44cb634e0d8a15f443',
    '$pbkdf2-sha256$i=64000,l=32$', '2020-01-01', '2020-01-01' from users where id in (2, 3);
insert into groups (id, name, automatic, created_at, updated_at) values
  (1, 'admins', true, '2020-01-01', '2020-01-01'), (10, 'trust_level_0', true, '2020-01-01', '2020-01-01');
insert into group_users (group_id, user_id, created_at, updated_at) values
  (1, 2, '2020-01-01', '2020-01-01'), (10, 2, '2020-01-01', '2020-01-01'), (10, 3, '2020-01-01', '2020-01-01');
