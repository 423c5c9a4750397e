-- server: postgres
-- source: keycloak/keycloak, model/jpa UserEntity.java; the other tables and all indexes (state of 26.0) from memory, of realm not every column
-- identifier: Ada@Example.com
-- identifier: ADA.L
-- disabled: grace@example.com
-- password: password
-- preset: { name = "keycloak", realm = "acme" }
create table realm (
  id character varying(36) not null constraint constraint_4a primary key, access_code_lifespan integer,
  user_action_lifespan integer, access_token_lifespan integer, account_theme character varying(255),
  admin_theme character varying(255), email_theme character varying(255), enabled boolean default false not null,
  events_enabled boolean default false not null, events_expiration bigint, login_theme character varying(255),
  name character varying(255) constraint uk_orvsdmla56612eaefiq6wl5oi unique, not_before integer,
  password_policy character varying(2550), registration_allowed boolean default false not null,
  remember_me boolean default false not null, reset_password_allowed boolean default false not null,
  social boolean default false not null, ssl_required character varying(255), sso_idle_timeout integer,
  sso_max_lifespan integer, update_profile_on_soc_login boolean default false not null,
  verify_email boolean default false not null, master_admin_client character varying(36),
  login_lifespan integer, internationalization_enabled boolean default false not null,
  default_locale character varying(255), login_with_email_allowed boolean default true not null,
  duplicate_emails_allowed boolean default false not null, reg_email_as_username boolean default false not null,
  default_role character varying(255));
create table user_entity (
  id character varying(36) not null constraint constraint_fb primary key, email character varying(255),
  email_constraint character varying(255), email_verified boolean default false not null,
  enabled boolean default false not null, federation_link character varying(255), first_name character varying(255),
  last_name character varying(255), realm_id character varying(255), username character varying(255),
  created_timestamp bigint, service_account_client_link character varying(255), not_before integer default 0 not null,
  constraint uk_dykn684sl8up1crfei6eckhd7 unique (realm_id, email_constraint),
  constraint uk_ru8tt6t700s9v50bu18ws5ha6 unique (realm_id, username));
create index idx_user_email on user_entity (email);
create index idx_user_service_account on user_entity (realm_id, service_account_client_link);
create table credential (
  id character varying(36) not null constraint constraint_f primary key, salt bytea, type character varying(255),
  user_id character varying(36) constraint fk_pfyr0glasqyl0dei3kl69r6v0 references user_entity (id),
  created_date bigint, user_label character varying(255), secret_data text, credential_data text, priority integer);
create index idx_user_credential on credential (user_id);
create table keycloak_role (
  id character varying(36) not null constraint constraint_a primary key, client_realm_constraint character varying(255),
  client_role boolean default false not null, description character varying(255), name character varying(255),
  realm_id character varying(255), client character varying(36), realm character varying(36) references realm (id),
  constraint "UK_J3RWUVD56ONTGSUHOGM184WW2-2" unique (name, client_realm_constraint));
create index idx_keycloak_role_client on keycloak_role (client);
create index idx_keycloak_role_realm on keycloak_role (realm);
create table user_role_mapping (
  role_id character varying(255) not null, user_id character varying(36) not null references user_entity (id),
  constraint constraint_c primary key (role_id, user_id));
create index idx_user_role_mapping on user_role_mapping (user_id);
create table keycloak_group (
  id character varying(36) not null constraint constraint_group primary key, name character varying(255),
  parent_group character varying(36) not null, realm_id character varying(36), type integer default 0 not null,
  constraint sibling_names unique (realm_id, parent_group, name));
create table user_group_membership (
  group_id character varying(36) not null, user_id character varying(36) not null references user_entity (id),
  membership_type character varying(255) not null, constraint constraint_user_group primary key (group_id, user_id));
create index idx_user_group_mapping on user_group_membership (user_id);
insert into realm (id, name, enabled) values
  ('a1c7c5ba-0000-4000-8000-000000000001', 'master', true), ('a1c7c5ba-0000-4000-8000-000000000002', 'acme', true);
insert into user_entity values
  ('d5f1c9a0-0000-4000-8000-000000000001', 'ada@example.com', 'ada@example.com', true, true, null, 'Ada', 'Lovelace',
   'a1c7c5ba-0000-4000-8000-000000000002', 'ada.l', 1577836800000, null, 0),
  ('d5f1c9a0-0000-4000-8000-000000000002', 'grace@example.com', 'grace@example.com', false, false, null, null, null,
   'a1c7c5ba-0000-4000-8000-000000000002', 'grace', 1577836800000, null, 0),
  -- The same person in another realm, and a client's service account.
  ('d5f1c9a0-0000-4000-8000-000000000003', 'ada@example.com', 'ada@example.com', true, true, null, 'Ada', 'Other',
   'a1c7c5ba-0000-4000-8000-000000000001', 'ada.l', 1577836800000, null, 0),
  ('d5f1c9a0-0000-4000-8000-000000000004', null, 'd5f1c9a0-0000-4000-8000-000000000009', false, true, null, null, null,
   'a1c7c5ba-0000-4000-8000-000000000002', 'service-account-shop', 1577836800000, 'e0000000-0000-4000-8000-000000000001', 0);
insert into credential
  select 'c' || substr(id, 2), null, 'password', id, 1577836800000, null,
    '{"value":"LjFqvhPuUHJdQvWIwVQfqxjeujAWqG/DVQRFoOv62/cTznl9ob4jwWwY6i1RrwGviu5iNPU5VIp03SxDyetyfw==","salt":"jVqbuA9k2Mlo37OWXBMKLw==","additionalParameters":{}}',
    '{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}', 10
  from user_entity where username in ('ada.l', 'grace');
insert into credential values
  ('c0000000-0000-4000-8000-000000000009', null, 'otp', 'd5f1c9a0-0000-4000-8000-000000000001', 1577836800000, 'phone',
   '{"value":"vcaQZu7Q7SEuBz1oYdgq"}', '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}', 20);
insert into keycloak_role values
  ('b0000000-0000-4000-8000-000000000001', 'a1c7c5ba-0000-4000-8000-000000000002', false, '${role_default-roles}',
   'default-roles-acme', 'a1c7c5ba-0000-4000-8000-000000000002', null, null),
  ('b0000000-0000-4000-8000-000000000002', 'a1c7c5ba-0000-4000-8000-000000000002', false, null, 'editor',
   'a1c7c5ba-0000-4000-8000-000000000002', null, null);
insert into user_role_mapping
  select id, 'd5f1c9a0-0000-4000-8000-000000000001' from keycloak_role;
insert into keycloak_group values
  ('f0000000-0000-4000-8000-000000000001', 'staff', ' ', 'a1c7c5ba-0000-4000-8000-000000000002', 0);
insert into user_group_membership values
  ('f0000000-0000-4000-8000-000000000001', 'd5f1c9a0-0000-4000-8000-000000000001', 'UNMANAGED');
